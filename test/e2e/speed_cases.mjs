// How fast the finding panel's page is with a run of 10,000 events, twenty times what runs have. The page as it is shipped, in a
// browser page of its own; leaves out the editor around it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Of a frame, at the median: a machine that other work has and that draws without a graphics card may take two of a screen's. */
const FRAME_MS = 34;

/** Runs in the page: shows a finding with such a run and moves its cursor; gives how long frames took, in order. */
async function framesOf(events) {
  const fields = ["_refcount", "mapcount"];
  const lane = (side) => ({
    side,
    era: "v6.15",
    outcome: "completed",
    tasks: ["user", "dma", "writer"],
    start: { _refcount: "1", mapcount: "0" },
    leftOut: 0,
    events: Array.from({ length: events / 2 }, (_, i) => ({
      x: 2 * i + (side === "after" ? 1 : 0),
      task: i % 3,
      kind: ["step", "page", "pte", "entry"][i % 4],
      text: `event ${i} of the side ${side} the patch`,
      path: "fs/dax.c",
      line: i + 1,
      docLine: (i % 40) + 1,
      ...(i % 2 === 0
        ? {}
        : { field: fields[(i >> 1) % 2], before: `${i % 7}`, after: `${(i + 1) % 7}`, value: (i + 1) % 7 }),
    })),
  });
  const timeline = {
    ...{ subject: "block 1", scenario: "s", slots: events, steps: [{ x: 0, text: "mount" }], parts: 50 },
    ...{ counts: fields, states: [], before: lane("before"), after: lane("after") },
  };
  const view = {
    ...{
      uri: "u",
      index: 0,
      position: 1,
      total: 1,
      what: "It breaks.",
      soWhat: "",
      detail: "",
      certainty: "",
    },
    ...{
      verdictText: "new",
      docLine: 1,
      patchTitle: "",
      rule: null,
      steppable: true,
      path: [],
      stale: false,
    },
    finding: {
      ...{
        code: "folio-ref-leak",
        verdict: "new",
        severity: "error",
        path: "",
        side: "after",
        scenario: "s",
      },
      ...{ era: "", replay: "", alsoIn: [], consequences: [], exactLine: true },
    },
  };
  window.postMessage({ kind: "finding", view, pinned: false, actions: [] });
  window.postMessage({ kind: "timeline", index: 0, timeline });
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  while (document.querySelector(".axis canvas") === null) await frame();
  await frame();
  const axis = document.querySelector(".axis");
  const where = axis.getAttribute("aria-valuenow");
  const took = [];
  for (let i = 0; i < 120; i++) {
    const from = performance.now();
    axis.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
    await frame();
    took.push(performance.now() - from);
  }
  return { took: took.sort((a, b) => a - b), moved: axis.getAttribute("aria-valuenow") !== where };
}

export function speedCases({ browser, root }) {
  return [
    [
      "panel: a run of 10,000 events follows the arrow keys at the screen's pace",
      async () => {
        const page = await browser.newPage({ viewport: { width: 700, height: 900 } });
        try {
          await page.setContent('<body><main id="root"></main></body>');
          await page.addStyleTag({
            content: readFileSync(join(root, "media", "panel", "panel.css"), "utf8"),
          });
          await page.evaluate(() => {
            window.acquireVsCodeApi = () => ({ postMessage: () => undefined });
          });
          await page.addScriptTag({ content: readFileSync(join(root, "dist", "panel.js"), "utf8") });
          const { took, moved } = await page.evaluate(framesOf, 10_000);
          assert.ok(moved, "the cursor moved");
          const [median, slow] = [took[60], took[114]].map((ms) => Math.round(ms * 10) / 10);
          assert.ok(median < FRAME_MS, `${median} ms a frame`);
          return `${median} ms a frame, 95 of 100 below ${slow} ms`;
        } finally {
          await page.close();
        }
      },
    ],
  ];
}
