// Other ways in than opening a file: a message by its id, commits of a branch, a series with a kernel tree, and a mail that
// has nothing to do with DAX. What a reader does in each is done here; leaves out what the panel itself can (panel_cases.mjs).
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

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
  return {
    "series.mbox": at("series", "popple-v6.mbox"),
    "driver.eml": at("anykernel", "usb-gadget-udc-renesas-usb3-fix-device-leak-at-u.eml"),
  };
}

export function wayCases({ ui, page, run, corner, inTree, settings, settled, shotOf }) {
  const inside = () => page.frameLocator("iframe.webview.ready").last().frameLocator("#active-frame");
  const status = async () => (await ui.statusItem().textContent()).trim();
  const input = page.locator(".quick-input-widget input").first();
  const choose = async (text) => {
    await page.locator(".quick-input-widget .monaco-list-row", { hasText: text }).first().click();
  };
  const whole = inTree.skip ? inTree.skip : existsSync(`${inTree.tree}-all`) ? "" : "no whole kernel tree";

  return [
    [
      "ways in: commits of a branch open as mails, and run",
      async () => {
        await ui.palette("View: Close All Editors");
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
        await ui.palette("View: Close All Editors");
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
    [
      "a driver's mail with a kernel tree: its function runs path by path, and the panel has the path",
      async () => {
        await ui.palette("View: Close All Editors");
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
        const said = `${await status()}, ${await steps.count()} steps`;
        settings({});
        return said;
      },
      corner["driver.eml"].skip || whole,
    ],
    [
      "a series with a kernel tree: outline, first finding, its runs while the rest is under way, cancelled",
      async () => {
        await ui.palette("View: Close All Editors");
        settings({ "folioscope.tree": inTree.tree });
        await page.waitForTimeout(1500);
        await ui.showSidebar();
        const began = Date.now();
        const took = () => `${((Date.now() - began) / 1000).toFixed(1)} s`;
        await ui.open("series.mbox");
        const patches = ui.rows().filter({ hasText: /\d+\/26 / });
        await patches.first().waitFor();
        const outline = took();
        await ui.newFindings().first().waitFor({ timeout: SERIES_MS });
        const first = took();
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
        // What is done stays.
        assert.ok((await ui.newFindings().count()) > 0);
        await page.screenshot({ path: shotOf("series-cancelled") });
        const said = `outline ${outline}, first finding ${first}, its runs ${runs}; ${await status()}`;
        settings({});
        await ui.palette("View: Close All Editors");
        return said;
      },
      corner["series.mbox"].skip || inTree.skip,
    ],
  ];
}
