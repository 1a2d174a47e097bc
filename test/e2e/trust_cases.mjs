// A window that its reader does not trust: the folder came with a mail, and its settings are not to be obeyed. Opened from the same
// server, of which the page is told that trust is asked for; the other cases run with trust off as a whole.
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Ui } from "./ui.mjs";

/** A kernel tree that the folder names in its own settings. */
const NAMED = "/nowhere/of-the-folder";

/** The workbench on a folder that nobody trusts yet. */
async function openLocked(browser, base, folder) {
  const context = await browser.newContext({ viewport: { width: 1500, height: 950 } });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  // The page's configuration is an attribute of its head; a page that is answered in the server's place may not speak to it.
  await page.addInitScript(() => {
    const given = Element.prototype.getAttribute;
    Element.prototype.getAttribute = function (name) {
      const value = given.call(this, name);
      if (this.id !== "vscode-workbench-web-configuration" || name !== "data-settings") return value;
      return value.replace('"enableWorkspaceTrust":false', '"enableWorkspaceTrust":true');
    };
  });
  await page.goto(`${base}/?folder=${encodeURIComponent(folder)}`);
  await page.waitForSelector(".monaco-workbench .explorer-folders-view", { timeout: 60_000 });
  return { page, ui: new Ui(page), close: () => context.close() };
}

export function trustCases({ browser, base, run, shotOf }) {
  const folder = join(run, "locked");
  return [
    [
      "restricted: in a folder that is not trusted a mail runs, its panel opens, and the folder's own tree is not read",
      async () => {
        mkdirSync(join(folder, ".vscode"), { recursive: true });
        copyFileSync(join(run, "ws", "leak-v1.eml"), join(folder, "leak-v1.eml"));
        writeFileSync(join(folder, ".vscode", "settings.json"), JSON.stringify({ "folioscope.tree": NAMED }));
        const { page, ui, close } = await openLocked(browser, base, folder);
        try {
          // The editor may ask at the start; who answers so works on, restricted.
          const no = page.locator(".dialog-buttons .monaco-button", { hasText: "No, I don't trust" }).first();
          const restricted = page.locator(".statusbar-item", { hasText: "Restricted Mode" }).first();
          await no.or(restricted).first().waitFor();
          if (await no.isVisible()) await no.click();
          await restricted.waitFor();
          await ui.open("leak-v1.eml");
          const status = ui.statusItem();
          await status.filter({ hasText: /1 new/ }).waitFor({ timeout: 120_000 });
          await ui.goToLine(1);
          await page.keyboard.press("F8");
          const inside = page.frameLocator("iframe.webview.ready").last().frameLocator("#active-frame");
          await inside.locator(".axis canvas").first().waitFor({ timeout: 60_000 });
          await page.screenshot({ path: shotOf("restricted-panel") });
          const named = page.locator(".notification-toast", { hasText: NAMED });
          assert.equal(await named.count(), 0, "the folder's setting was used");
          // Who trusts the folder then has what its settings say.
          await ui.palette("Workspaces: Manage Workspace Trust", { first: false });
          await page
            .locator(".workspace-trust-editor .monaco-button", { hasText: /^Trust$/ })
            .first()
            .click();
          await named.first().waitFor({ timeout: 60_000 });
          await page.screenshot({ path: shotOf("restricted-trusted") });
          return (await status.textContent()).trim();
        } finally {
          await page.screenshot({ path: shotOf("restricted-end") }).catch(() => undefined);
          await close();
        }
      },
    ],
  ];
}
