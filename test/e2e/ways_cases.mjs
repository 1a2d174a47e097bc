// Other ways in than opening a file: a message by its id, commits of a branch, a series with a kernel tree, and a mail that
// has nothing to do with DAX. What a reader does in each is done here; leaves out what the panel itself can (panel_cases.mjs).
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inGroup } from "./groups.mjs";

/** A whole series on a busy machine. */
const SERIES_MS = 600_000;

/** A checkout in `folder` whose last commit is the patch of a mail: its file is what the mail shows of it, beside a text. */
export function makeCheckout(folder, mail) {
  const git = (...args) => {
    const done = spawnSync("git", [
      "-C",
      folder,
      "-c",
      "user.name=A",
      "-c",
      "user.email=a@example.org",
      ...args,
    ]);
    assert.equal(done.status, 0, done.stderr.toString());
  };
  const lines = mail.split("\n");
  const from = lines.findIndex((l) => l.startsWith("@@")) + 1;
  const to = lines.findIndex((l, i) => i > from && l.startsWith("-- "));
  const hunk = lines.slice(from, to);
  const side = (drop) =>
    `${hunk
      .filter((l) => l[0] !== drop)
      .map((l) => l.slice(1))
      .join("\n")}\n`;
  mkdirSync(join(folder, "fs"), { recursive: true });
  git("init", "--quiet", "--initial-branch=main");
  for (const [drop, message] of [
    ["+", "fs/dax: As it was"],
    ["-", "fs/dax: Return early on a failed mapping"],
  ]) {
    writeFileSync(join(folder, "fs", "dax.c"), side(drop));
    git("add", "fs/dax.c");
    git("commit", "--quiet", "--message", message);
  }
  writeFileSync(join(folder, "of-a-branch.txt"), "no mail\n");
}

/** A series of the corpus, a driver's patch of it, and the trees that they want; each with why it is not there. */
export function cornerMails(root) {
  const corpus = join(root, "..", "shared", "corpus");
  const at = (...path) => {
    const file = join(corpus, ...path);
    return existsSync(file) ? { text: readFileSync(file) } : { skip: "../shared/corpus is not here" };
  };
  const series = at("series", "popple-v6.mbox");
  return {
    "series.mbox": series,
    "next-series.mbox": series.skip ? series : { text: nextVersion(series.text) },
    "driver.eml": at("anykernel", "usb-gadget-udc-renesas-usb3-fix-device-leak-at-u.eml"),
  };
}

/** The line of a text that begins so. */
const lineOf = (text, part) => {
  const at = text
    .toString()
    .split("\n")
    .findIndex((l) => l.startsWith(part));
  assert.ok(at >= 0, part);
  return at + 1;
};

/** The function of the series' fault, which is new with its fourth patch and mended by a later one, and the fault's row. */
const WAITS = "dax_wait_page_idle";
/** The line of the series that counts one more file where the count is none, and the run that shows it. */
const SHARES = "+\tfolio->share++;";
const REUSED = "reflink-reuse order=0 index=512";

/** The series' next version: three patches are others, in code, in words, in where a line breaks. */
function nextVersion(text) {
  let next = text.toString("latin1").replaceAll("[PATCH v6 ", "[PATCH v7 ");
  const edit = (from, to) => {
    assert.ok(next.includes(from), from);
    next = next.replace(from, to);
  };
  // What the block was counted at is forgotten where its last file leaves it.
  edit("+\t\tfolio->mapping = NULL;\n", "+\t\tfolio->mapping = NULL, folio->share = 0;\n");
  const words = next.indexOf("\n---\n", next.indexOf("[PATCH v7 22/26]"));
  assert.ok(words > 0);
  next = `${next.slice(0, words)}\n\nOne more paragraph.${next.slice(words)}`;
  edit("+\tif (pmd_trans_huge(pmd)) {\n", "+\tif (pmd_trans_huge( pmd)) {\n");
  return Buffer.from(next, "latin1");
}
const DEADLOCK = '.sidebar .monaco-list-row[aria-label^="finding deadlock"]';

export function wayCases({ ui, page, run, corner, inTree, settings, settled, shotOf }) {
  const inside = () => page.frameLocator("iframe.webview.ready").last().frameLocator("#active-frame");
  const status = async () => (await ui.statusItem().textContent()).trim();
  const input = page.locator(".quick-input-widget input").first();
  const choose = async (text) => {
    await page.locator(".quick-input-widget .monaco-list-row", { hasText: text }).first().click();
  };
  const whole = inTree.skip ? inTree.skip : existsSync(`${inTree.tree}-all`) ? "" : "no whole kernel tree";

  const lineNow = async () =>
    Number(
      await page.locator(".editor-group-container .line-numbers.active-line-number").first().textContent(),
    );
  const words = (text) => text.replace(/\s+/g, " ").trim();

  /**
   * Brings a finding's row on the screen: below the one of its function, which is not unfolded by itself where the finding is mended,
   * and what lies beyond the list's edge is in no row of the page.
   */
  const brought = async (row, fn) => {
    await ui.showSidebar();
    await row.waitFor({ timeout: 3_000 }).catch(() => undefined);
    if (await row.isVisible()) return;
    const of = page.locator(".sidebar .monaco-list-row", { hasText: fn }).first();
    await ui.rows().first().hover();
    for (let n = 0; n < 20 && !(await of.isVisible()); n++) {
      await page.mouse.wheel(0, 200);
      await page.waitForTimeout(200);
    }
    await of.click();
    if ((await of.getAttribute("aria-expanded")) === "false") await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowDown");
    await row.waitFor();
  };

  /**
   * A finding at its line on the other surfaces: before and after with the line's mark, the Test Explorer's row, the reply that is
   * pasted. `row`: the finding's in the sidebar, below that of `fn`; `test`: what its run is called.
   */
  const surfaces = async (row, { name, file, test, fn }) => {
    await brought(row, fn);
    await ui.rowAction(row, "diff");
    await page
      .locator(".tab.active", { hasText: new RegExp(`${file.replace(".", "\\.")}.*before ↔ after`) })
      .first()
      .waitFor();
    await ui.underlined();
    await page.waitForTimeout(800);
    await page.screenshot({ path: shotOf(`${name}-diff`) });
    await page.keyboard.press("Control+w");
    await ui.palette("Testing: Focus on Test Explorer View", { first: false });
    const tests = page.locator(".test-explorer .monaco-list-row");
    await page
      .locator(".test-explorer .monaco-inputbox input, .test-explorer .monaco-editor")
      .first()
      .click();
    await page.keyboard.press("Control+a");
    await page.keyboard.type(test);
    const found = tests.filter({ hasText: test }).first();
    await found.waitFor();
    const told = words(await found.textContent());
    await page.screenshot({ path: shotOf(`${name}-tests`) });
    await page.keyboard.press("Control+a");
    await page.keyboard.press("Delete");
    await brought(row, fn);
    await row.click();
    await page.waitForTimeout(400);
    await page.keyboard.press("Control+1");
    await ui.palette("Folioscope: Copy Finding as Review Reply");
    await ui.palette("File: New Untitled Text File", { first: false });
    await ui.pasted(/^>/);
    const reply = page.locator(".editor-group-container.active .view-lines").first();
    await page.screenshot({ path: shotOf(`${name}-reply`) });
    const pasted = (await reply.locator(".view-line").allTextContents()).map((l) =>
      l.replace(/\u00a0/g, " "),
    );
    assert.ok(
      pasted.every((l) => /^>|--replay/.test(l) || l.length <= 78),
      pasted.join("\n"),
    );
    await page.keyboard.press("Control+w");
    await page.locator(".dialog-buttons .monaco-button", { hasText: "Don't Save" }).first().click();
    return told;
  };

  const ways = [
    [
      "ways in: commits of a branch open as mails, and run",
      async () => {
        await ui.closeAll();
        await ui.open("of-a-branch.txt");
        // The folder that is open is no checkout: the file in front is in one.
        await ui.palette("Folioscope: Simulate Commits of This Branch", { asks: true });
        await choose("The last commit");
        await page.locator(".tab.active", { hasText: "Commits HEAD~1..HEAD" }).first().waitFor();
        await settled();
        await page.screenshot({ path: shotOf("ways-branch") });
        // Git shows three lines around a change, and the folder is no kernel's: the function is not run, and that is said.
        assert.match(await status(), /shown in part/);
        await page
          .locator(".view-line", { hasText: /Subject:\s+\[PATCH\s+1\/1\]/ })
          .first()
          .waitFor();
        return await status();
      },
    ],
    [
      "ways in: a message is found in a mailbox by its id, and one that is not there is told",
      async () => {
        await ui.closeAll();
        settings({ "folioscope.mailboxes": [join(run, "ws", "thread.mbox")] });
        const mail = readFileSync(join(run, "ws", "leak-v1.eml"), "utf8");
        const other = mail
          .replace(/^Message-ID: </m, "Message-ID: <other.")
          .replace(/^Subject: .*/m, "Subject: [PATCH] x");
        const asMbox = (text) => `From mboxrd@z Thu Jan  1 00:00:00 1970\n${text}\n`;
        writeFileSync(join(run, "ws", "thread.mbox"), asMbox(other) + asMbox(mail));
        const id = /^Message-ID: <(.*)>$/m.exec(mail)[1];
        await page.waitForTimeout(1000);
        await ui.palette("Folioscope: Open Message", { asks: true });
        await input.fill(id);
        await page.screenshot({ path: shotOf("ways-message") });
        await page.keyboard.press("Enter");
        await page
          .locator(".tab.active", { hasText: `Thread of ${id.slice(0, 20)}` })
          .first()
          .waitFor();
        await settled();
        assert.match(await status(), /1 new/);
        await ui.palette("Folioscope: Open Message", { asks: true });
        await input.fill(`x${id}`);
        await page.keyboard.press("Enter");
        const toast = page.locator(".notification-toast", { hasText: "has no message" }).first();
        await toast.waitFor();
        const said = (await toast.locator(".notification-list-item-message").textContent()).trim();
        assert.match(said, /the nearest is/);
        await ui.palette("Notifications: Clear All Notifications").catch(() => {});
        settings({});
        return said;
      },
    ],
  ];
  const driver = [
    [
      "a driver's mail with a kernel tree: its function runs path by path, and the panel has the path",
      async () => {
        await ui.closeAll();
        settings({ "folioscope.tree": `${inTree.tree}-all` });
        await page.waitForTimeout(1500);
        await ui.open("driver.eml");
        await settled();
        assert.match(await status(), /1 fixed/);
        await ui.goToLine(1);
        await page.keyboard.press("F8");
        const steps = inside().locator("table.path tbody tr");
        await steps.nth(2).waitFor();
        await page.screenshot({ path: shotOf("driver") });
        assert.match(await inside().locator("header").textContent(), /renesas_usb3_remove/);
        // The steps have the panel's width: beside them stand lines of the mail alone.
        const [all, step] = await steps
          .nth(2)
          .evaluate((row) => [row, row.cells[1]].map((e) => e.getBoundingClientRect().width));
        assert.ok(step > 0.8 * all, `${step} of ${all} pixels`);
        await ui.goToLine(1);
        const link = inside().locator("header button.link").first();
        const line = Number(/line (\d+)/.exec(await link.textContent())[1]);
        await link.click();
        for (let i = 0; i < 50 && (await lineNow()) !== line; i++) await page.waitForTimeout(100);
        assert.equal(await lineNow(), line);
        return `${await status()}, ${await steps.count()} steps, line ${line}`;
      },
      corner["driver.eml"].skip || whole,
    ],
    [
      "a driver's mail with a kernel tree: its finding's row, before and after, the function's test, and the reply",
      async () => {
        await ui.open("driver.eml");
        const row = page.locator('.sidebar .monaco-list-row[aria-label^="finding "]').first();
        const test = "function renesas_usb3_remove";
        const told = await surfaces(row, {
          name: "driver",
          file: "renesas_usb3.c",
          test,
          fn: "renesas_usb3_remove",
        });
        settings({});
        return told;
      },
      corner["driver.eml"].skip || whole,
    ],
  ];
  const stepping = [
    "a series with a kernel tree: two keys from a squiggle to the write that broke a count, and back over the one before it",
    async () => {
      // One run a patch; the patch under the cursor goes first, the other twenty-five wait.
      settings({ "folioscope.tree": inTree.tree, "folioscope.run": "manual", "folioscope.scenario": REUSED });
      await page.waitForTimeout(1500);
      // At a second try the run may still be stepped through.
      const stop = page.locator(".debug-toolbar .codicon-debug-stop").first();
      if (await stop.isVisible()) await stop.click();
      await ui.open("series.mbox");
      const write = lineOf(corner["series.mbox"].text, SHARES);
      await ui.goToLine(write);
      await ui.palette("Folioscope: Simulate This Patch");
      await page
        .locator(".editor-instance .squiggly-error")
        .first()
        .waitFor({ state: "attached", timeout: SERIES_MS });
      await ui.palette("Folioscope: Cancel");
      await ui.goToLine(write - 1);
      await page.keyboard.press("F8");
      await page.waitForFunction(
        (n) => Number(document.querySelector(".line-numbers.active-line-number")?.textContent) === n,
        write,
      );
      await page.keyboard.press("F5");
      const frame = page.locator(".editor-group-container .debug-top-stack-frame-line").first();
      await frame.waitFor({ state: "attached", timeout: 120_000 });
      const why = words(await page.locator(".exception-widget").first().textContent());
      assert.match(why, /share-count.* by dax_folio_share_get\(\)/);
      assert.equal(await lineNow(), write, "the run stands at the write");
      await ui.palette("View: Show Run and Debug");
      const rows = page.locator(".debug-variables .monaco-list-row");
      const share = rows.filter({ hasText: /^index\/share/ }).first();
      const thing = rows.filter({ hasText: /^block \d+/ }).first();
      await thing.waitFor();
      if ((await share.count()) === 0) await thing.click();
      await share.waitFor();
      const counted = async () => Number(/(\d+)\s*$/.exec(words(await share.textContent()))?.[1]);
      const until = async (holds, what) => {
        for (let i = 0; i < 300 && !(await holds()); i++) await page.waitForTimeout(100);
        assert.ok(await holds(), what);
      };
      const before = await counted();
      await page.screenshot({ path: shotOf("series-count") });
      await page.locator(".debug-toolbar .codicon-debug-step-over").first().click();
      await until(async () => (await counted()) === before + 1, "a step over it counts one more");
      const back = async () => {
        await share.click({ button: "right" });
        const entry = page
          .locator(".monaco-menu .action-label", { hasText: "Back to the Last Change" })
          .first();
        await entry.hover();
        // The editor takes a click right behind the one that opened its menu for the end of that one.
        await page.waitForTimeout(500);
        await entry.click();
      };
      await back();
      await until(async () => (await counted()) === before, "back at the write");
      assert.equal(await lineNow(), write);
      // The write before that one: what the count was left at.
      await back();
      await until(async () => (await counted()) !== before, "back at the write before");
      await page.screenshot({ path: shotOf("series-count-before") });
      const was = words(await page.locator(".debug-call-stack").textContent());
      await page.locator(".debug-toolbar .codicon-debug-stop").first().click();
      await page.locator(".debug-toolbar").first().waitFor({ state: "hidden" });
      await ui.open("series.mbox");
      return `${why.slice(0, 160)} | ${was.slice(0, 120)}`;
    },
    corner["series.mbox"].skip || inTree.skip,
  ];
  const series = [
    [
      "a series with a kernel tree: outline, first finding, its runs while the rest is under way, cancelled",
      async () => {
        await ui.closeAll();
        settings({ "folioscope.tree": inTree.tree });
        await page.waitForTimeout(1500);
        await ui.showSidebar();
        const began = await ui.open("series.mbox");
        const took = () => `${((Date.now() - began) / 1000).toFixed(1)} s`;
        const shown = took();
        const patches = ui.rows().filter({ hasText: /\d+\/26 / });
        await patches.first().waitFor();
        const outline = took();
        // The first patch mends something; what is new comes with the fourth, to which a reader goes: it does not wait for the others.
        await ui
          .statusItem()
          .filter({ hasText: /\d+ (?:new|fixed)/ })
          .waitFor({ timeout: SERIES_MS });
        const first = took();
        await ui.goToLine(lineOf(corner["series.mbox"].text, "+static inline int dax_wait_page_idle("));
        await ui.newFindings().first().waitFor({ timeout: SERIES_MS });
        const fresh = took();
        await page.screenshot({ path: shotOf("series-first") });
        await ui.goToLine(1);
        await page.keyboard.press("F8");
        // A run that is opened goes before the rest of the series.
        await inside().locator(".axis canvas").first().waitFor({ timeout: 120_000 });
        const runs = took();
        assert.match(await status(), /\d+\/26/, "the series is still under way");
        assert.doesNotMatch(await inside().locator("header").textContent(), /before the last edit/);
        await page.screenshot({ path: shotOf("series-panel") });
        await ui.palette("Folioscope: Cancel");
        await page.waitForFunction(
          () => !document.querySelector('.statusbar-item[id*="folioscope"] .codicon-loading'),
          undefined,
          { timeout: 30_000 },
        );
        // What is done stays, and is counted.
        await brought(page.locator(DEADLOCK).first(), WAITS);
        assert.match(await status(), /\d+ fixed.*\(cancelled\)/);
        await page.screenshot({ path: shotOf("series-cancelled") });
        return `shown ${shown}, outline ${outline}, first finding ${first}, first new one ${fresh}, its runs ${runs}; ${await status()}`;
      },
      corner["series.mbox"].skip || inTree.skip,
    ],
    [
      "a series with a kernel tree: a finding's run is stepped through, back to the write of a field",
      async () => {
        // The one of the fourth patch, which a later one mends: by now that is known.
        const row = page.locator(DEADLOCK).first();
        // At a second try the run may still be stepped through.
        const stop = page.locator(".debug-toolbar .codicon-debug-stop").first();
        if (await stop.isVisible()) await stop.click();
        await brought(row, WAITS);
        await row.click();
        await page.waitForTimeout(400);
        await page.keyboard.press("Control+1");
        await page.keyboard.press("F5");
        const frame = page.locator(".editor-group-container .debug-top-stack-frame-line").first();
        await frame.waitFor({ state: "attached", timeout: 120_000 });
        // What it says takes the focus: the palette would be closed by it.
        await page.locator(".exception-widget").first().waitFor();
        await ui.palette("View: Show Run and Debug");
        const call = page
          .locator(".debug-call-stack .monaco-list-row", { hasText: "after the patch" })
          .first();
        await call.waitFor();
        const stands = words(await page.locator(".debug-call-stack").textContent());
        await page.screenshot({ path: shotOf("series-stepping") });
        const now = async () => words(await page.locator(".debug-call-stack").textContent());
        const moved = async (from) => {
          for (let i = 0; i < 300 && (await now()) === from; i++) await page.waitForTimeout(100);
          assert.notEqual(await now(), from);
        };
        await page.locator(".debug-toolbar .codicon-debug-step-back").first().click();
        await moved(stands);
        // A finding about a page has its fields; a deadlock has what the task's functions were called with.
        const rows = page.locator(".debug-variables .monaco-list-row");
        const thing = rows.filter({ hasText: /^block \d+/ }).first();
        const field = rows.filter({ hasText: /^(?:refcount|mapcount|share|mapping)/ }).first();
        let said = "no page";
        if ((await thing.count()) > 0) {
          if ((await field.count()) === 0) await thing.click();
          await field.waitFor();
          const from = await now();
          await field.click({ button: "right" });
          await page
            .locator(".monaco-menu .action-label", { hasText: "Back to the Last Change" })
            .first()
            .click();
          await moved(from);
          said = words(await field.textContent());
        }
        // The mail's findings stay in the sidebar while another file is stepped through.
        await brought(row, WAITS);
        await page.screenshot({ path: shotOf("series-write") });
        await page.locator(".debug-toolbar .codicon-debug-stop").first().click();
        await page.locator(".debug-toolbar").first().waitFor({ state: "hidden" });
        // What was stepped through stays in front: no mail.
        await ui.open("series.mbox");
        return said;
      },
      corner["series.mbox"].skip || inTree.skip,
    ],
    [
      "a series with a kernel tree: a finding's row, before and after, its test, and the reply",
      async () => {
        await ui.open("series.mbox");
        const row = page.locator(DEADLOCK).first();
        const shown = inside()
          .locator("table.why tr", { hasText: /^Scenario/ })
          .locator("td");
        const [scenario] = (await shown.textContent()).split(" ");
        const told = await surfaces(row, { name: "series", file: "dax.h", test: scenario, fn: WAITS });
        await ui.closeAll();
        return told;
      },
      corner["series.mbox"].skip || inTree.skip,
    ],
    stepping,
    [
      "a series with a kernel tree: compared with a version of which three patches are others, what went and stays is told",
      async () => {
        // A file opens in the group that was used last: beside a panel another mail would be the one that is compared.
        await ui.closeAll();
        settings({
          "folioscope.tree": inTree.tree,
          "folioscope.run": "manual",
          "folioscope.scenario": REUSED,
        });
        await page.waitForTimeout(1500);
        await ui.open("next-series.mbox");
        // The command is there once the mail was read.
        await ui.showSidebar();
        await ui
          .rows()
          .filter({ hasText: /\d+\/26 / })
          .first()
          .waitFor();
        await page.keyboard.press("Control+1");
        await ui.palette("Folioscope: Compare With Another Version", { asks: true });
        await input.fill("series.mbox");
        await choose(/^series\.mbox/);
        const began = Date.now();
        await page
          .locator(".tab", { hasText: "v6 and v7 of next-series.mbox" })
          .first()
          .waitFor({ timeout: SERIES_MS });
        const took = `${((Date.now() - began) / 1000).toFixed(1)} s`;
        const report = page.locator(".editor-group-container").last();
        const line = (text) => report.locator(".view-line", { hasText: text }).first();
        // The editor breaks lines as it is wide.
        await line(/26:\s+23\s+equal/).waitFor();
        await line(/findings:\s+1\s+went/).waitFor();
        await line(/equal\s+1\/26\s+to\s+20\/26/).waitFor();
        await page.screenshot({ path: shotOf("series-compared") });
        // What went comes before what stays; what the editor has not drawn is in no line of the page.
        await report.click();
        await page.keyboard.press("Control+Home");
        for (let n = 0; n < 12 && !(await line(/WENT\s+share-count/).isVisible()); n++)
          await page.keyboard.press("PageDown");
        await line(/WENT\s+share-count/).waitFor();
        await page.screenshot({ path: shotOf("series-went") });
        settings({});
        await ui.closeAll();
        return took;
      },
      corner["series.mbox"].skip || inTree.skip,
    ],
  ];
  return [...inGroup("ways in", ways), ...inGroup("a driver's mail", driver), ...inGroup("a series", series)];
}
