// What is tried in the real editor. Each case has a name, a function that throws where something does not hold, perhaps why it is
// skipped, and the group whose earlier cases it builds on. A screenshot is taken after each, passed or failed, into shots/.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { diffCases } from "./diff_cases.mjs";
import { inGroup } from "./groups.mjs";
import { panelCases } from "./panel_cases.mjs";
import { sidebarCases } from "./sidebar_cases.mjs";
import { wayCases } from "./ways_cases.mjs";

/** How long a whole simulation may take on a busy machine. */
const RUN_MS = 300_000;

/** The language server of the extension that is tried, by its command line. */
function serverProcess() {
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
      if (command.includes("e2e/run/ext/") && command.includes("dist/server.cjs")) return Number(pid);
    } catch {
      // It ended meanwhile.
    }
  }
  return undefined;
}

/** The mail that is simulated again and again where it does not matter which: it takes a third of what the seed takes. */
const SHORT = "leak-v1.eml";

export function cases({ ui, page, mail, inTree, corner, run, filters, settings, refused, shotOf }) {
  const settled = async () => {
    await page.waitForFunction(
      () => {
        const item = document.querySelector('.statusbar-item[id*="folioscope"]');
        const text = item?.textContent ?? "";
        return (
          item !== null &&
          !/\d+\/\d+/.test(text) &&
          !text.includes("queued") &&
          item.querySelector(".codicon-loading") === null &&
          /\d+ (?:new|fixed|(?:runs? )?clean)|not modelled|reached by no scenario|shown in part/.test(text) &&
          !text.includes("obsolete")
        );
      },
      undefined,
      { timeout: RUN_MS },
    );
  };

  /** How many runs were seen so far, to wait with `begun` for the next: the status item still shows the last document's. */
  const runs = async () => await seenRuns(page);
  const begun = async (before) =>
    await page.waitForFunction((n) => (window.folioscopeRuns ?? 0) > n, before, { timeout: 30_000 });

  const mails = [
    [
      "mail opens, status item shows a result",
      async () => {
        await ui.open(mail.name);
        await ui.statusItem().waitFor();
        await settled();
        const text = (await ui.statusItem().textContent()).trim();
        assert.match(text, /new|fixed|clean/, `the status item says "${text}"`);
        return text;
      },
    ],
    [
      // VS Code's own figure, told and not judged: what a busy machine takes is no fault of the extension.
      "running extensions: what activation took",
      async () => {
        await ui.palette("Developer: Show Running Extensions");
        const row = page
          .locator(".runtime-extensions-editor .monaco-list-row", { hasText: /Folioscope/i })
          .first();
        await row.waitFor({ timeout: 20_000 });
        const took = (await row.locator(".activation-time").textContent()).trim();
        assert.match(took, /Activation: \d+ ?ms/, `VS Code says "${took}"`);
        // An editor of its own above the others.
        await page.keyboard.press("Escape");
        await row.waitFor({ state: "detached" });
        return took;
      },
    ],
    [
      "code lenses carry the counts",
      async () => {
        await ui.goToLine(mail.diffLine);
        const counts = /\d+ (?:clean|new|fixed|not modelled)/;
        const lens = page.locator(".codelens-decoration:visible", { hasText: "Simulate" });
        // The editor asks for lenses again in its own time.
        await lens.filter({ hasText: counts }).first().waitFor({ timeout: 15_000 });
        const text = (await lens.first().textContent()).replace(/\s+/g, " ").trim();
        assert.match(text, counts, `the lens says "${text}"`);
        return text;
      },
    ],
    [
      "Problems has the row, a click leads to the squiggle",
      async () => {
        await ui.palette("Problems: Focus on Problems View");
        const row = page
          .locator(".markers-panel .monaco-list-row", {
            has: page.locator(".codicon-error, .codicon-warning"),
          })
          .first();
        await row.waitFor({ timeout: 20_000 });
        const text = (await row.textContent()).replace(/\s+/g, " ").trim();
        await row.dblclick();
        await page.waitForSelector(".editor-instance .squiggly-error, .editor-instance .squiggly-warning", {
          state: "attached",
        });
        return text;
      },
    ],
    [
      "sidebar shows series, patch, file, function and finding",
      async () => {
        await ui.palette("View: Hide Panel").catch(() => {});
        await ui.showSidebar();
        await ui.rows().filter({ hasText: mail.file }).first().waitFor();
        const found = ui.newFindings();
        await found.first().waitFor();
        const count = await ui.rows().count();
        assert.ok(count >= 4, `${count} rows`);
        await found.first().click();
        await page.waitForTimeout(400);
        return `${count} rows`;
      },
    ],
    [
      "hover on a removed line answers",
      async () => {
        const text = await ui.hoverLine(mail.removed.line, mail.removed.text, mail.removed.word);
        assert.match(text, /removed/, text);
        assert.match(text, /before/, text);
        return text.slice(0, 160);
      },
    ],
    [
      "Show Finding Trace opens the report",
      async () => {
        await page.keyboard.press("Escape");
        const row = ui.newFindings().first();
        await ui.rowAction(row, "list-ordered");
        await page.locator(".editor-instance .view-line", { hasText: /Trace/ }).first().waitFor();
        const text = await page
          .locator(".editor-group-container")
          .last()
          .locator(".view-lines")
          .first()
          .textContent();
        return text.replace(/\s+/g, " ").slice(0, 160);
      },
    ],
    [
      "Replay runs the finding of a token alone",
      async () => {
        const token = await replayToken(page);
        await page.keyboard.press("Control+1");
        await ui.palette("Folioscope: Replay", { asks: true });
        const widget = page.locator(".quick-input-widget", { hasText: "replay token" });
        const input = widget.locator("input").first();
        await input.waitFor();
        await input.fill(token);
        await page.keyboard.press("Enter");
        await page.locator(".tab", { hasText: "Replay" }).first().waitFor();
        return token;
      },
    ],
    [
      "Restart Server has the results again",
      async () => {
        await ui.closeAll();
        await ui.open(SHORT);
        await settled();
        const before = await runs();
        await ui.palette("Folioscope: Restart Server");
        await page.waitForFunction((n) => (window.folioscopeRuns ?? 0) > n, before, { timeout: 20_000 });
        await settled();
        return (await ui.statusItem().textContent()).trim();
      },
    ],
    [
      "the server is killed: it comes back with the results, and nothing but the log speaks of it",
      async () => {
        const before = await runs();
        const server = serverProcess();
        assert.ok(server !== undefined, "no process runs dist/server.cjs");
        process.kill(server, "SIGKILL");
        await page.waitForFunction((n) => (window.folioscopeRuns ?? 0) > n, before, { timeout: 30_000 });
        await settled();
        assert.notEqual(serverProcess(), server);
        const told = await page.locator(".notification-toast").allTextContents();
        assert.deepEqual(told, []);
        await ui.showSidebar();
        await ui.newFindings().first().waitFor();
        return (await ui.statusItem().textContent()).trim();
      },
    ],
    [
      "palette command simulates again",
      async () => {
        await ui.closeAll();
        await ui.open(SHORT);
        await settled();
        const before = await runs();
        await ui.palette("Folioscope: Simulate This Patch");
        await page.waitForFunction((n) => (window.folioscopeRuns ?? 0) > n, before, { timeout: 20_000 });
        await settled();
        return (await ui.statusItem().textContent()).trim();
      },
    ],
    [
      "an edit makes the result obsolete and simulates anew",
      async () => {
        const before = await runs();
        await ui.goToLine(1);
        await page.keyboard.press("Control+Home");
        await page.keyboard.type("x");
        await page.waitForFunction((n) => (window.folioscopeRuns ?? 0) > n, before, { timeout: 20_000 });
        await settled();
        await page.keyboard.press("Control+z");
        await page.waitForTimeout(1500);
        await settled();
        return (await ui.statusItem().textContent()).trim();
      },
    ],
    [
      "outline lists patch, file, hunk and function",
      async () => {
        await ui.closeAll();
        await ui.open(mail.name);
        await page.keyboard.press("Control+Shift+o");
        const widget = page.locator(".quick-input-widget");
        await widget.locator(".monaco-list-row", { hasText: mail.file }).first().waitFor();
        const count = await widget.locator(".monaco-list-row").count();
        return `${count} rows on the screen`;
      },
    ],
    [
      "encoded mail opens readable, with the same features",
      async () => {
        await page.keyboard.press("Escape");
        await ui.closeAll();
        await ui.open("encoded.eml");
        const lens = page.locator(".codelens-decoration a", { hasText: "open it readable" }).first();
        await lens.waitFor();
        await lens.click();
        await page.locator(".tab.active", { hasText: "readable" }).first().waitFor();
        await page.locator(".codelens-decoration:visible", { hasText: "Simulate" }).first().waitFor();
        await settled();
        return (await page.locator(".tab.active").first().textContent()).trim();
      },
    ],
    [
      ".patch keeps the diff language and has lenses and a hover",
      async () => {
        await ui.closeAll();
        await ui.open("0001-plain.patch");
        await page
          .locator(".statusbar-item", { hasText: /^Diff$/ })
          .first()
          .waitFor();
        await page.locator(".codelens-decoration:visible", { hasText: "Simulate" }).first().waitFor();
        await settled();
        return await ui.hoverLine(24, "page->index = 0", "page");
      },
    ],
    [
      "plain text without a patch is left alone",
      async () => {
        await ui.closeAll();
        await ui.open("notes.txt");
        await ui.statusItem().waitFor({ state: "hidden" });
        await page.getByText("Open a mail or a patch to see").waitFor();
      },
    ],
    [
      "light theme: diff lines are coloured",
      async () => {
        await ui.closeAll();
        await ui.palette("Preferences: Toggle between Light/Dark Themes");
        await page.locator(".monaco-workbench.vs").waitFor();
        await ui.open(mail.name);
        await ui.goToLine(mail.removed.line);
        await settled();
        const line = ui.line(mail.removed.text);
        await line.waitFor();
        await page.waitForTimeout(800);
        const colours = await line
          .locator("span span")
          .evaluateAll((spans) => [...new Set(spans.map((s) => getComputedStyle(s).color))]);
        assert.ok(
          colours.length >= 1 && !colours.every((c) => c === "rgb(59, 59, 59)"),
          `colours: ${colours.join(" ")}`,
        );
        return colours.join(" ");
      },
    ],
  ];
  return [
    ...inGroup("mails", mails),
    ...inGroup("panel", panelCases({ ui, page, mail, settled, runs, begun, refused, shotOf })),
    ...inGroup("kernel tree", treeCases({ ui, page, inTree, settings, settled, runs, begun, shotOf })),
    ...inGroup("sidebar", sidebarCases({ ui, page, mail, filters, settings, settled, shotOf })),
    ...inGroup("before and after", diffCases({ ui, page, mail, inTree, settings, settled })),
    ...wayCases({ ui, page, run, corner, inTree, settings, settled, shotOf }),
  ];
}

/** With a kernel tree: the third part of a case is why it is skipped, or nothing. */
function treeCases({ ui, page, inTree, settings, settled, runs, begun, shotOf }) {
  const skip = inTree.skip;
  return [
    [
      "kernel tree: a wrong one is told once, and the mail alone is reviewed",
      async () => {
        await ui.closeAll();
        const before = await runs();
        settings({ "folioscope.tree": "/nowhere/linux" });
        await page.waitForTimeout(1500);
        await ui.open("in-tree.eml");
        await begun(before);
        const toast = page.locator(".notification-toast", { hasText: "folioscope.tree: /nowhere/linux" });
        await toast.first().waitFor({ timeout: 60_000 });
        assert.equal(await toast.count(), 1);
        await settled();
        return (await toast.first().locator(".notification-list-item-message").textContent()).trim();
      },
      skip,
    ],
    [
      "kernel tree: one in the settings is used at once, the function shown in part runs",
      async () => {
        await ui.palette("Notifications: Clear All Notifications").catch(() => {});
        const before = await runs();
        settings({ "folioscope.tree": inTree.tree });
        await begun(before);
        await settled();
        const text = (await ui.statusItem().textContent()).trim();
        assert.match(text, /\d+ new/, text);
        await ui.goToLine(inTree.hunkLine);
        const lens = page
          .locator(".codelens-decoration:visible", { hasText: "__dax_invalidate_entry" })
          .first();
        await lens.waitFor();
        return `${text} | ${(await lens.textContent()).trim()}`;
      },
      skip,
    ],
    [
      "kernel tree: hover on an added line that no scenario reaches",
      async () => {
        const text = await ui.hoverLine(inTree.unreached, "entry = NULL", "NULL");
        assert.match(text, /Reached by no scenario/, text);
        return text.slice(0, 200);
      },
      skip,
    ],
    [
      "kernel tree: hover on an added line that ran",
      async () => {
        await page.keyboard.press("Escape");
        const text = await ui.hoverLine(inTree.reached, "WAKE_NEXT", "WAKE_NEXT");
        assert.match(text, /ran in \d+ of \d+ (?:scenario )?runs/, text);
        return text.slice(0, 300);
      },
      skip,
    ],
    [
      "kernel tree: hover on a hunk's header tells how it went in",
      async () => {
        await page.keyboard.press("Escape");
        const text = await ui.hoverLine(inTree.hunkLine, "__dax_invalidate_entry", "@@");
        assert.match(text, /It fits 3 lines above its place/, text);
        return text;
      },
      skip,
    ],
    [
      "kernel tree: with coverage, the editor's own marks say which added lines a run came to",
      async () => {
        await page.keyboard.press("Escape");
        await ui.goToLine(inTree.reached);
        // The runs that show the finding of this line: they alone run again.
        await ui.palette("Test: Run Test at Cursor with Coverage", { first: false });
        const numbers = (kind) => page.locator(`.line-numbers.coverage-deco-${kind}`);
        await numbers("hit").first().waitFor({ timeout: 60_000 });
        const ran = (await numbers("hit").allTextContents()).map(Number);
        const missed = (await numbers("miss").allTextContents()).map(Number);
        assert.ok(ran.includes(inTree.reached) && !ran.includes(inTree.unreached), ran.join(" "));
        assert.deepEqual(missed, [inTree.unreached]);
        await page.screenshot({ path: shotOf("coverage") });
        await ui.palette("View: Hide Panel").catch(() => {});
        return `line ${ran.join(", ")} ran, ${missed.join(", ")} not`;
      },
      skip,
    ],
    [
      "kernel tree: sidebar shows it, what ran of it, and the unreached lines",
      async () => {
        await page.keyboard.press("Escape");
        await ui.showSidebar();
        const kernel = ui
          .rows()
          .filter({ hasText: /unpacked source|work tree/ })
          .first();
        await kernel.waitFor();
        await kernel.locator(".monaco-tl-twistie").click();
        await ui
          .rows()
          .filter({ hasText: "fs/dax.c" })
          .filter({ hasText: /\d+ of \d+ ran/ })
          .first()
          .waitFor();
        const added = ui.rows().filter({ hasText: "Added lines" }).first();
        await added.locator(".monaco-tl-twistie").click();
        await ui.rows().filter({ hasText: "entry = NULL" }).first().click();
        await page.waitForTimeout(400);
        return (await added.textContent()).trim();
      },
      skip,
    ],
    [
      "kernel tree: report shows it, the hunks and coverage",
      async () => {
        await ui.statusItem().click();
        await page.locator(".tab", { hasText: "report" }).first().waitFor();
        const lines = page.locator(".editor-group-container").last().locator(".view-lines").first();
        await lines
          .locator(".view-line", { hasText: /Kernel\s+tree/ })
          .first()
          .waitFor();
        return (await lines.textContent()).replace(/\s+/g, " ").slice(0, 200);
      },
      skip,
    ],
  ];
}

/** The token in the report on the screen, put together where the editor has wrapped it. */
async function replayToken(page) {
  const lines = page.locator(".editor-group-container").last().locator(".view-line");
  await lines
    .filter({ hasText: /^\s*replay\s/ })
    .first()
    .waitFor();
  const rows = await lines.evaluateAll((all) =>
    all
      .map((e) => [Number.parseInt(e.style.top, 10), e.textContent.replace(/\u00a0/g, " ")])
      .sort((a, b) => a[0] - b[0])
      .map(([, text]) => text),
  );
  const at = rows.findIndex((r) => /^\s*replay\s/.test(r));
  let token = rows[at].replace(/^\s*replay\s+/, "").trim();
  for (let i = at + 1; i < rows.length && rows[i].trim() !== ""; i++) token += rows[i].trim();
  return token;
}

/** Counts how often the status item has begun to spin; a MutationObserver watches, so that short runs are seen too. */
async function seenRuns(page) {
  return await page.evaluate(() => {
    if (window.folioscopeRuns === undefined) {
      window.folioscopeRuns = 0;
      let spinning = false;
      new MutationObserver(() => {
        const now = document.querySelector('.statusbar-item[id*="folioscope"] .codicon-loading') !== null;
        if (now && !spinning) window.folioscopeRuns++;
        spinning = now;
      }).observe(document.body, {
        subtree: true,
        childList: true,
        attributes: true,
        attributeFilter: ["class"],
      });
    }
    return window.folioscopeRuns;
  });
}
