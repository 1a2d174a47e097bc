// The finding panel in the real editor: what stands in the webview is read, keys and clicks in it move the editor, and
// the three kinds of theme are looked at. Each case throws where something does not hold.
import assert from "node:assert/strict";

/** A simulation and a run for the panel on a busy machine. */
const RUN_MS = 300_000;

export function panelCases({ ui, page, mail, settled, runs, begun, refused, shotOf }) {
  /** The document inside the webview. */
  const inside = () => page.frameLocator("iframe.webview.ready").last().frameLocator("#active-frame");
  /** The line that the cursor of the mail is on, whoever has the focus: the editor paints its number as active. */
  const lineNow = async () =>
    Number(
      await page.locator(".editor-group-container .line-numbers.active-line-number").first().textContent(),
    );

  /** axe-core over the panel with its table of events, which is folded at first. */
  const wholly = async () => {
    const table = inside().locator("details").first();
    await table.locator("summary").click();
    return await accessible(inside().locator("body"));
  };

  /** F8 until the finding that is shown has `part`. */
  const nextWith = async (part) => {
    const head = inside().locator("header p").first();
    const passed = [];
    for (let i = 0; i < 8; i++) {
      const was = await head.textContent({ timeout: 1000 }).catch(() => "");
      await page.keyboard.press("F8");
      for (let k = 0; k < 100; k++) {
        if ((await head.textContent().catch(() => "")) !== was) break;
        await page.waitForTimeout(100);
      }
      await part.waitFor({ timeout: 20_000 }).catch(() => undefined);
      if (await part.isVisible()) return;
      passed.push(await head.textContent());
    }
    assert.fail(`no finding has it: ${passed.join("; ")}`);
  };

  return [
    [
      "panel: F8 opens it on the first finding, with a sentence and what follows",
      async () => {
        await ui.closeAll();
        await ui.palette("View: Close Primary Side Bar").catch(() => page.keyboard.press("Escape"));
        await ui.open(mail.name);
        await settled();
        await ui.goToLine(1);
        await page.keyboard.press("F8");
        const title = inside().locator("h1");
        await title.waitFor({ timeout: 30_000 });
        const said = await inside().locator("header").textContent();
        assert.ok((await title.textContent()).trim().length > 10);
        assert.match(said, /1 of \d+/);
        assert.ok((await lineNow()) > 1, "the editor went to the finding");
        return said.replace(/\s+/g, " ").slice(0, 240);
      },
    ],
    [
      "panel: the timeline is drawn, and nothing was refused by the page's policy",
      async () => {
        const axis = inside().locator(".axis");
        await axis.waitFor({ timeout: RUN_MS });
        const drawn = await axis.locator("canvas").evaluateAll((all) =>
          all.map((c) => {
            const data = c
              .getContext("2d")
              .getImageData(0, 0, Math.max(1, c.width), Math.max(1, c.height)).data;
            let inked = 0;
            for (let i = 3; i < data.length; i += 4) if (data[i] > 0) inked++;
            return { width: c.getBoundingClientRect().width, inked };
          }),
        );
        assert.ok(drawn.length >= 2, `${drawn.length} canvases`);
        assert.ok(
          drawn.every((d) => d.width > 100 && d.inked > 20),
          JSON.stringify(drawn),
        );
        assert.deepEqual([...refused], [], "refused by the content security policy");
        return `${drawn.length} canvases`;
      },
    ],
    [
      "panel: an event's line is a click away, and the editor goes there",
      async () => {
        const before = await lineNow();
        const told = () => inside().locator("header p").first().textContent();
        const finding = await told();
        await inside().locator("details > summary").click();
        const links = inside().locator("details tbody button.link");
        const texts = await links.allTextContents();
        const other = texts.findIndex((t) => Number(t.replace(/\D/g, "")) !== before);
        assert.ok(other >= 0, `events have no other line: ${texts.slice(0, 5).join(", ")}`);
        await links.nth(other).click();
        const wanted = Number(texts[other].replace(/\D/g, ""));
        for (let i = 0; i < 50 && (await lineNow()) !== wanted; i++) await page.waitForTimeout(100);
        assert.equal(await lineNow(), wanted);
        // Another finding may stand on that line: the reader is still in this one's run.
        await page.waitForTimeout(800);
        assert.equal(await told(), finding);
        return `line ${before} to line ${wanted}`;
      },
    ],
    [
      "panel: arrow keys go through the run, and say what happened",
      async () => {
        const axis = inside().locator(".axis");
        await axis.focus();
        const said = inside().locator(".said");
        const seen = new Set([await said.textContent()]);
        for (const key of ["Home", "ArrowRight", "PageDown", "End"]) {
          await page.keyboard.press(key);
          seen.add(await said.textContent());
        }
        assert.ok(seen.size >= 3, [...seen].join(" | "));
        const state = await inside().locator("table[aria-label^='Fields'] tbody tr").count();
        assert.ok(state > 0, "no state at the end of the run");
        // Where a value came from.
        const end = await axis.getAttribute("aria-valuenow");
        await inside().locator("table[aria-label^='Fields'] button.plain").first().click();
        assert.ok(Number(await axis.getAttribute("aria-valuenow")) < Number(end), "the event that wrote it");
        return [...seen].join(" | ").slice(0, 240);
      },
    ],
    [
      "panel: a moment is kept with a note, found again from the palette, and forgotten",
      async () => {
        const axis = inside().locator(".axis");
        await axis.focus();
        await page.keyboard.press("Home");
        await page.keyboard.press("PageDown");
        const slot = await axis.getAttribute("aria-valuenow");
        await inside().locator("button", { hasText: "Keep this moment" }).click();
        const kept = inside().locator("ol.moments li");
        await kept.first().waitFor();
        const what = await kept.first().locator("button.link").first().textContent();
        await kept.first().locator("input").fill("here it begins");
        await page.keyboard.press("Tab");
        await axis.focus();
        await page.keyboard.press("End");
        assert.notEqual(await axis.getAttribute("aria-valuenow"), slot);
        await page.screenshot({ path: shotOf("panel-moments") });
        await page.keyboard.press("Control+1");
        await ui.palette("Folioscope: Go to a Kept Moment", { asks: true });
        await page
          .locator(".quick-input-widget .monaco-list-row.focused", { hasText: "here it begins" })
          .first()
          .waitFor();
        await page.keyboard.press("Enter");
        for (let i = 0; i < 600 && (await axis.getAttribute("aria-valuenow").catch(() => "")) !== slot; i++)
          await page.waitForTimeout(100);
        assert.equal(await axis.getAttribute("aria-valuenow"), slot);
        assert.equal(await kept.first().locator("input").inputValue(), "here it begins");
        await inside().locator("button", { hasText: "Forget this moment" }).click();
        await kept.first().waitFor({ state: "detached" });
        return what;
      },
    ],
    [
      "panel: another run that shows the same fault is put on the axis",
      async () => {
        const choice = inside().locator("select");
        const runs = await choice.locator("option").allTextContents();
        assert.ok(runs.length > 1, "one run shows it");
        const head = await inside().locator("header p").first().textContent();
        const count = () => inside().locator("details > summary").textContent();
        await choice.selectOption(runs.at(-1));
        await inside()
          .locator("section[aria-label='Timeline'] .mute", { hasText: /Running/ })
          .waitFor({ state: "detached" });
        await inside().locator(".axis canvas").first().waitFor({ timeout: RUN_MS });
        assert.equal(await inside().locator("header p").first().textContent(), head, "the same finding");
        const other = await count();
        // Names of runs have no blanks in them: nothing is wider than the panel for that, and no heading is broken up.
        const [wide, tall] = await inside()
          .locator("body")
          .evaluate((body) => [
            body.scrollWidth - body.clientWidth,
            Math.max(
              ...[...body.querySelectorAll("table.why th")].map((head) => {
                const words = document.createRange();
                words.selectNodeContents(head);
                return words.getClientRects().length;
              }),
            ),
          ]);
        assert.ok(wide <= 0, `${wide} pixels wider than the panel`);
        assert.equal(tall, 1);
        await page.screenshot({ path: shotOf("panel-run-choice") });
        await choice.selectOption(runs[0]);
        await inside()
          .locator("section[aria-label='Timeline'] .mute", { hasText: /Running/ })
          .waitFor({ state: "detached" });
        await inside().locator(".axis canvas").first().waitFor({ timeout: RUN_MS });
        return `${runs.length} runs, the last: ${other}`;
      },
    ],
    [
      "panel: F8 in the mail goes to the next finding, Shift+F8 back",
      async () => {
        const head = () => inside().locator("header p").first().textContent();
        await page.keyboard.press("Control+1");
        const first = await head();
        await page.keyboard.press("F8");
        for (let i = 0; i < 100 && (await head()) === first; i++) await page.waitForTimeout(100);
        const second = await head();
        assert.match(second, / 2 of /);
        // The second one is about a page: of its fields only those that differ or change at the cursor.
        await inside().locator(".axis canvas").first().waitFor({ timeout: RUN_MS });
        const fields = inside().locator("table[aria-label^='Fields'] tbody tr");
        const all = await fields.count();
        await inside()
          .locator("button[aria-pressed]", { hasText: /Only what differs/ })
          .click();
        const few = await fields.count();
        assert.ok(few < all, `${few} of ${all} fields`);
        await inside()
          .locator("button[aria-pressed]", { hasText: /Show all/ })
          .click();
        await page.keyboard.press("Control+1");
        await page.keyboard.press("Shift+F8");
        for (let i = 0; i < 100 && (await head()) === second; i++) await page.waitForTimeout(100);
        assert.match(await head(), / 1 of /);
        await inside().locator(".axis").waitFor({ timeout: RUN_MS });
        return second.trim();
      },
    ],
    [
      "stepping: F5 on a finding stands at the write that led to the fault; a step back, and the end",
      async () => {
        await page.keyboard.press("Control+1");
        // A page's fields are looked at: the first finding that speaks of a block (an oops may have none).
        const head = () => inside().locator("header").textContent();
        const findings = Number(/ of (\d+)/.exec(await head())?.[1]);
        for (let i = 1; i < findings && !/block \d+/.test(await head()); i++) {
          const was = await head();
          await page.keyboard.press("F8");
          for (let k = 0; k < 100 && (await head()) === was; k++) await page.waitForTimeout(100);
        }
        assert.match(await head(), /block \d+/);
        await page.keyboard.press("F5");
        const line = page.locator(".editor-group-container .debug-top-stack-frame-line").first();
        await line.waitFor({ state: "attached", timeout: RUN_MS });
        await page.locator(".debug-toolbar .codicon-debug-step-back").first().waitFor();
        const stands = await lineNow();
        await ui.palette("View: Show Run and Debug");
        const scope = page.locator(".debug-variables .monaco-list-row", { hasText: "refcount" }).first();
        const thing = page.locator(".debug-variables .monaco-list-row", { hasText: /^block \d+/ }).first();
        await thing.waitFor();
        if ((await scope.count()) === 0) await thing.click();
        await scope.waitFor();
        const value = (await scope.textContent()).trim();
        await page.screenshot({ path: shotOf("stepping-at-the-fault") });
        const call = page
          .locator(".debug-call-stack .monaco-list-row", { hasText: "after the patch" })
          .first();
        await call.waitFor();
        await page.locator(".debug-toolbar .codicon-debug-step-back").first().click();
        for (let i = 0; i < 100 && (await lineNow()) === stands; i++) await page.waitForTimeout(100);
        const back = await lineNow();
        await page.keyboard.press("Shift+F5");
        await page.locator(".debug-toolbar").first().waitFor({ state: "hidden" });
        assert.notEqual(back, stands, "a step back moved the line");
        return `line ${stands}, ${value}`;
      },
    ],
    [
      "remarks: each remark of the thread is a comment thread at its line",
      async () => {
        await ui.open(mail.name);
        await ui.palette("Problems: Focus on Problems View");
        await page.locator(".part.panel .action-label", { hasText: "Comments" }).first().click();
        const rows = page.locator(".comments-panel .monaco-list-row");
        await rows.nth(1).waitFor();
        return `${(await rows.count()) - 1} remarks, ${(await rows.nth(1).textContent()).trim().slice(0, 80)}`;
      },
      mail.name.endsWith(".eml") ? "the repository's example mail has no remarks" : undefined,
    ],
    [
      "walkthrough: an example mail opens and is simulated",
      async () => {
        const before = await runs();
        await ui.palette("Folioscope: Open an Example Mail", { asks: true });
        const row = page.locator(".quick-input-widget .monaco-list-row.focused", { hasText: "leaks" });
        await row.first().waitFor();
        await page.keyboard.press("Enter");
        await page.locator(".tab.active", { hasText: "leaked-reference" }).first().waitFor();
        await begun(before);
        await settled();
        const text = (await ui.statusItem().textContent()).trim();
        assert.match(text, /\d+ new/, text);
        await page.keyboard.press("Control+w");
        return text;
      },
    ],
    [
      "panel: lanes of tasks that wait show who wakes whom, and so does the table",
      async () => {
        // At a second try the mail may be open, and was simulated.
        const tab = page.locator(".tab", { hasText: "waits.eml" });
        const isOpen = (await tab.count()) > 0;
        const before = await runs();
        await ui.open("waits.eml");
        if (!isOpen) await begun(before);
        await settled();
        await ui.goToLine(1);
        const head = inside().locator("header p").first();
        for (let i = 0; i < 6 && !/deadlock/.test(await head.textContent().catch(() => "")); i++) {
          const was = await head.textContent().catch(() => "");
          await page.keyboard.press("F8");
          for (let k = 0; k < 100 && (await head.textContent().catch(() => "")) === was; k++)
            await page.waitForTimeout(100);
        }
        assert.match(await head.textContent(), /deadlock/);
        const arrows = inside().locator(".axis canvas.arrows");
        await arrows.waitFor({ timeout: RUN_MS });
        await inside().locator("details > summary").first().click();
        const texts = await inside().locator("details tbody td:nth-child(3)").allTextContents();
        const wakes = texts.filter((t) => /^wakes /.test(t));
        const slept = texts.filter((t) => /^sleeps .*\(.*woken by unlock/.test(t));
        assert.ok(wakes.length > 0 && slept.length > 0, texts.join(" | "));
        // From mark to mark, on the lanes alone.
        const lanes = await inside().locator(".axis .row canvas").last().boundingBox();
        const over = await arrows.boundingBox();
        assert.ok(
          over.width > 100 && over.y + over.height <= lanes.y + lanes.height + 1,
          JSON.stringify(over),
        );
        await page.screenshot({ path: shotOf("panel-wakes") });
        // What follows is about the first mail again, in the panel too.
        // A key that is pressed in the panel takes its way through the window: what it closes is looked at.
        for (let i = 0; i < 5 && (await tab.count()) > 0; i++) {
          // Where the panel has the focus, it would be opened beside it once more.
          await page.keyboard.press("Control+1");
          await ui.open("waits.eml");
          await page.keyboard.press("Control+w");
          await tab
            .first()
            .waitFor({ state: "detached", timeout: 5000 })
            .catch(() => undefined);
        }
        await page.keyboard.press("Control+1");
        await ui.open(mail.name);
        await ui.goToLine(1);
        await page.keyboard.press("F8");
        for (let k = 0; k < 100 && /deadlock/.test(await head.textContent()); k++)
          await page.waitForTimeout(100);
        await inside().locator(".axis").waitFor({ timeout: RUN_MS });
        return `${wakes[0]}; ${slept[0]}`;
      },
    ],
    [
      "orders: the palette asks of which scenario and what is tried, says what it may cost, and shows what came of it",
      async () => {
        const widget = page.locator(".quick-input-widget");
        await ui.palette("Folioscope: Try Orders of a Scenario", { asks: true });
        await widget.locator("input").first().fill("map-fault-unmap");
        const row = widget.locator(".monaco-list-row.focused").first();
        await row.waitFor();
        await page.keyboard.press("Enter");
        const late = widget.locator(".monaco-list-row", { hasText: "late stores" }).first();
        await late.waitFor();
        const price = await widget.locator("input").first().getAttribute("placeholder");
        assert.match(price, /500 runs a side; 2 minutes at the most/);
        await page.screenshot({ path: shotOf("orders-asked") });
        await late.click();
        await page.locator(".tab", { hasText: "Late stores of" }).first().waitFor({ timeout: 150_000 });
        await page.screenshot({ path: shotOf("orders-late") });
        return price;
      },
    ],
    [
      "tests: the Test Explorer has patch and cases, one runs alone, and the difference is shown",
      async () => {
        await ui.palette("Testing: Focus on Test Explorer View", { first: false });
        const rows = page.locator(".test-explorer .monaco-list-row");
        await rows.first().waitFor();
        await rows.first().click();
        await page.keyboard.press("ArrowRight");
        const failed = rows.filter({ has: page.locator(".codicon-testing-failed-icon") });
        await failed.nth(1).waitFor();
        const said = (await failed.nth(1).textContent()).replace(/\s+/g, " ").trim();
        await failed.nth(1).click();
        await page.screenshot({ path: shotOf("test-explorer") });
        await ui.rowAction(failed.nth(1), "testing-run-icon");
        await page.locator(".test-explorer .result-summary", { hasText: "0/1" }).first().waitFor();
        return `${await rows.count()} rows, failed: ${said}`;
      },
    ],
    ...[
      ["light", "Light Modern", "vs"],
      ["high contrast", "Dark High Contrast", "hc-black"],
      ["dark", "Dark Modern", "vs-dark"],
    ].map(([name, theme, kind]) => [
      `panel: ${name} theme, text stands out from its ground, axe-core finds nothing serious`,
      async () => {
        await ui.palette("Preferences: Color Theme", { asks: true, first: false });
        const widget = page.locator(".quick-input-widget");
        await widget.locator("input").first().fill(theme);
        await widget.locator(".monaco-list-row.focused", { hasText: theme }).first().waitFor();
        await page.keyboard.press("Enter");
        await page.locator(`.monaco-workbench.${kind}`).waitFor();
        await page.waitForTimeout(600);
        // Reports lie over the panel by now.
        await ui.open(mail.name);
        await ui.goToLine(1);
        // Where F8 leads to depends on what was looked at before; a finding of a function's path has no axis.
        await nextWith(inside().locator(".axis").first());
        const words = "h1, h2, p, td, th, button, code, .chip, .name";
        const bad = await inside().locator("body").evaluate(contrasts, words);
        assert.deepEqual(bad, [], "less than 3 to 1");
        await ui.goToLine(mail.diffLine);
        await page.waitForTimeout(600);
        const lines = page.locator(".editor-group-container .view-lines").first();
        const dim = await lines.evaluate(contrasts, ".view-line > span > span");
        assert.deepEqual(dim, [], "tokens of the mail, less than 3 to 1");
        const said = [await wholly()];
        // A further finding is about a page: step lines, fields with values.
        const canvas = inside().locator(".axis canvas").first();
        if (!(await canvas.isVisible())) await nextWith(canvas);
        said.push(await wholly());
        await page.keyboard.press("Control+1");
        await page.screenshot({ path: shotOf(`panel-page-${kind}`) });
        await page.keyboard.press("Shift+F8");
        return said.join("; ");
      },
    ]),
  ];
}

/** Texts of the page whose contrast to the page's ground is below 3 (4.5 for words that are not muted). Runs in the page. */
function contrasts(body, which) {
  const rgb = (c) => (/[\d.]+/.test(c) ? c.match(/[\d.]+/g).map(Number) : [0, 0, 0, 0]);
  const light = ([r, g, b]) => {
    const f = (v) => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * f(r) + 0.7152 * f(g) + 0.0722 * f(b);
  };
  const ground = (e) => {
    for (let at = e; at; at = at.parentElement) {
      const c = rgb(getComputedStyle(at).backgroundColor);
      if (c.length < 4 || c[3] === 1) return c;
    }
    return [0, 0, 0];
  };
  const bad = [];
  for (const e of body.querySelectorAll(which)) {
    if (!e.textContent.trim() || e.getBoundingClientRect().width === 0) continue;
    const [a, b] = [light(rgb(getComputedStyle(e).color)), light(ground(e))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 3) bad.push(`${ratio.toFixed(1)} "${e.textContent.trim().slice(0, 40)}"`);
  }
  return bad.slice(0, 5);
}

/** axe-core over the page: nothing serious or critical, and nothing of that left undecided; what else it says is told. */
async function accessible(body) {
  const frame = await (await body.elementHandle()).ownerFrame();
  // It is one of the packages that run.mjs installs, and this file is read before.
  const { default: axe } = await import("axe-core");
  await frame.evaluate(axe.source);
  const { violations, passes, incomplete } = await frame.evaluate(async () => {
    // What is scrolled out of a box cannot be judged: the boxes show all of it meanwhile.
    const boxes = [...document.querySelectorAll(".scroll")];
    for (const b of boxes) b.style.maxHeight = "none";
    const said = await window.axe.run(document, { iframes: false });
    for (const b of boxes) b.style.maxHeight = "";
    return said;
  });
  assert.ok(passes.length > 10, `axe-core looked at nothing: ${passes.length} rules passed`);
  const told = ({ impact, id, nodes }) =>
    `${impact} ${id} (${nodes.length}): ${nodes
      .slice(0, 4)
      .map((n) => `${n.html.slice(0, 90)} ${n.any[0]?.message ?? ""}`)
      .join(" | ")}`;
  const grave = [...violations, ...incomplete].filter((v) => /serious|critical/.test(v.impact));
  assert.deepEqual(grave.map(told), [], "axe-core");
  const less = violations.map(told).join("; ");
  return `axe-core: ${passes.length} rules pass${less === "" ? "" : `, ${less}`}`;
}
