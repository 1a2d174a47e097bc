// The sidebar beyond its rows: which are shown, and what was seen.
import assert from "node:assert/strict";

export function sidebarCases({ ui, page, mail, settled }) {
  const text = async (locator) => (await locator.textContent()).replace(/\s+/g, " ").trim();
  /** Chooses in the list that a command has opened. */
  const choose = async (label) => {
    const widget = page.locator(".quick-input-widget");
    await widget.locator(".monaco-list-row", { hasText: label }).first().click();
    await widget.waitFor({ state: "hidden" });
  };

  return [
    [
      "sidebar: a filter by verdict and by words leaves those rows, and says so",
      async () => {
        await ui.palette("View: Close All Editors");
        await ui.open(mail.name);
        await settled();
        await ui.showSidebar();
        await ui.newFindings().first().waitFor();
        const all = await ui.rows().count();
        await ui.palette("Folioscope: Show Rows", { asks: true });
        await choose("Fixed");
        await page.locator(".sidebar", { hasText: "Only: Fixed" }).first().waitFor();
        await ui.newFindings().first().waitFor({ state: "hidden" });
        const fixed = await ui.rows().count();
        assert.ok(fixed > 0 && fixed < all, `${fixed} of ${all}`);
        await ui.palette("Folioscope: Show All Rows");
        await ui.newFindings().first().waitFor();
        await ui.palette("Folioscope: Show Rows", { asks: true });
        const code = (await ui.newFindings().first().getAttribute("aria-label")).split(" ")[1];
        await page.locator(".quick-input-widget input").first().fill(code);
        await choose(`With “${code}”`);
        await page
          .locator(".sidebar", { hasText: `with “${code}”` })
          .first()
          .waitFor();
        const named = await ui.rows().filter({ hasText: code }).count();
        assert.ok(named > 0 && (await ui.rows().count()) < all, `${named} rows`);
        await ui.palette("Folioscope: Show All Rows");
        return `${fixed} fixed, ${named} with ${code}, of ${all} rows`;
      },
    ],
    [
      "sidebar: a hunk is marked as seen, the cursor goes on, the tree counts; the mark outlives the editor",
      async () => {
        await ui.goToLine(mail.removed.line);
        await page.keyboard.press("Control+Alt+Enter");
        const patch = ui
          .rows()
          .filter({ hasText: /1\/\d+ hunks seen/ })
          .first();
        await patch.waitFor();
        const said = await text(patch);
        const line = Number(
          await page
            .locator(".editor-group-container .line-numbers.active-line-number")
            .first()
            .textContent(),
        );
        assert.notEqual(line, mail.removed.line, "the cursor went to the next hunk");
        await ui.palette("View: Close All Editors");
        await ui.open(mail.name);
        await settled();
        await patch.waitFor();
        // The box of the patch marks all of it, and takes all marks away.
        await patch.locator(".monaco-custom-toggle, .custom-view-tree-node-item-checkbox").first().click();
        await ui
          .rows()
          .filter({ hasText: /(\d+)\/\1 hunks seen/ })
          .first()
          .waitFor();
        await ui
          .rows()
          .filter({ hasText: /hunks seen/ })
          .first()
          .locator(".monaco-custom-toggle, .custom-view-tree-node-item-checkbox")
          .first()
          .click();
        await ui
          .rows()
          .filter({ hasText: /hunks seen/ })
          .first()
          .waitFor({ state: "hidden" });
        return said;
      },
    ],
  ];
}
