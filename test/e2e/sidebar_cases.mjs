// The sidebar beyond its rows: which are shown, and what was seen.
import assert from "node:assert/strict";

export function sidebarCases({ ui, page, mail, filters, settings, settled, shotOf }) {
  const text = async (locator) => (await locator.textContent()).replace(/\s+/g, " ").trim();
  /** Chooses in the list that a command has opened. */
  const choose = async (label) => {
    const widget = page.locator(".quick-input-widget");
    await widget.locator(".monaco-list-row", { hasText: label }).first().click();
    await widget.waitFor({ state: "hidden" });
  };
  /** Has a command that was asked for open what it makes of a finding, waits for the line that tells, and closes it unsaved. */
  const unsaved = async (line, shot) => {
    await choose("zero-page-write");
    const lines = page.locator(".editor-group-container").last().locator(".view-lines").first();
    await lines.locator(".view-line", { hasText: line }).first().waitFor();
    const said = await text(lines);
    await page.screenshot({ path: shotOf(shot) });
    await page.keyboard.press("Control+w");
    await page.locator(".dialog-buttons .monaco-button", { hasText: "Don't Save" }).first().click();
    return said.slice(0, 120);
  };

  return [
    [
      "sidebar: a filter by verdict and by words leaves those rows, and says so",
      async () => {
        await ui.closeAll();
        // The cases before these have a kernel tree in the settings, on which nothing is fixed.
        settings({});
        await page.waitForTimeout(1500);
        await ui.open(mail.name);
        await ui.statusItem().filter({ hasText: /fixed/ }).waitFor({ timeout: 120_000 });
        await settled();
        await ui.showSidebar();
        await ui.newFindings().first().waitFor();
        const all = await ui.rows().count();
        await ui.palette("Folioscope: Show Rows", { asks: true });
        await choose("Fixed");
        await page.locator(".sidebar", { hasText: "Only: Fixed" }).first().waitFor();
        await ui.newFindings().first().waitFor({ state: "hidden" });
        await ui.rows().first().waitFor();
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
        // The message is there before the rows have gone.
        await ui.newFindings().filter({ hasNotText: code }).first().waitFor({ state: "hidden" });
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
        await ui.closeAll();
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
    [
      "sidebar: scenarios say what each does, and what ran",
      async () => {
        await ui.palette("Folioscope: Focus on Scenarios View", { first: false });
        const found = page.locator(
          ".sidebar .monaco-list-row[aria-label^='scenario '][aria-label*=' new · ']",
        );
        await found.first().waitFor({ timeout: 60_000 });
        const all = page.locator(".sidebar .monaco-list-row[aria-label^='scenario ']");
        const said = await text(found.first());
        assert.match(said, /\d+ runs? · [A-Z]/, said);
        await page.screenshot({ path: shotOf("sidebar-scenarios") });
        return `${await all.count()} on the screen, first: ${said}`;
      },
    ],
    [
      "sidebar: a run is listed while it goes on, and its row cancels it",
      async () => {
        await ui.palette("Folioscope: Focus on Runs View", { first: false });
        const active = page.locator(".sidebar .monaco-list-row[aria-label^='run ']", {
          has: page.locator(".codicon-loading"),
        });
        // The palette may lose a command that is typed while a view opens, and a run may end before its row is stopped: once more.
        const stop = active.first().locator(".action-label.codicon-debug-stop");
        let stopped = false;
        for (let n = 0; n < 4 && !stopped; n++) {
          if (!(await active.first().isVisible())) await ui.palette("Folioscope: Simulate This Patch");
          stopped = await active
            .first()
            .hover({ timeout: 5_000 })
            .then(() => page.screenshot({ path: shotOf("sidebar-runs") }))
            .then(() => stop.click({ timeout: 2_000 }))
            .then(() => true)
            .catch(() => false);
        }
        if (!stopped) throw new Error("no run was listed long enough to be stopped by its row");
        const ended = page.locator(
          ".sidebar .monaco-list-row[aria-label^='run '][aria-label*='ago'], .sidebar .monaco-list-row[aria-label^='run '][aria-label*='just now']",
        );
        await ended.first().waitFor();
        await active.first().waitFor({ state: "hidden" });
        return await text(ended.first());
      },
    ],
    [
      "scenario file: the run of a finding is opened as one, with its parameters alone",
      async () => {
        await settled();
        await ui.palette("Folioscope: Open Run of a Finding as a Scenario File", { asks: true });
        return unsaved(/^scenario:\s+my-/, "scenario-file");
      },
    ],
    [
      "kunit: a finding is begun as a test, its steps written down and its case skipped",
      async () => {
        await ui.palette("Folioscope: Begin a KUnit Test of a Finding", { asks: true });
        return unsaved(/#include\s+<kunit\/test\.h>/, "kunit");
      },
    ],
    [
      "pictures: what the README shows, of mails of our own",
      async () => {
        const clip = { x: 0, y: 30, width: 1240, height: 640 };
        await ui.closeAll();
        await ui.palette("View: Hide Panel").catch(() => {});
        await ui.palette("Folioscope: Open an Example Mail", { asks: true });
        await choose("leaks");
        await settled();
        await ui.showSidebar();
        await ui.goToLine(1);
        await page.keyboard.press("F8");
        const inside = page.frameLocator("iframe.webview.ready").last().frameLocator("#active-frame");
        await inside.locator(".axis canvas").first().waitFor({ timeout: 120_000 });
        await page.waitForTimeout(800);
        await page.screenshot({ path: shotOf("readme-finding"), clip });
        await ui.closeAll();
        await ui.palette("Folioscope: Open an Example Mail", { asks: true });
        await choose("mends");
        await settled();
        await ui.palette("Folioscope: Open Before and After");
        await page.locator(".tab.active", { hasText: "before ↔ after" }).first().waitFor();
        await page.waitForTimeout(1500);
        await page.screenshot({ path: shotOf("readme-diff"), clip });
        await ui.closeAll();
      },
      filters.some((f) => f.startsWith("pictures"))
        ? ""
        : "tries nothing: `-- pictures` makes them anew for the README",
    ],
    [
      "repairs: an encoded mail's light bulb opens a readable copy that is repaired",
      async () => {
        await ui.open("damaged.eml");
        await settled();
        await ui.palette("Problems: Focus on Problems View");
        // Mails of the cases before may still be listed above it, as many as the panel is high.
        const words = page.locator(".panel .viewpane-filter input").first();
        await words.fill("damaged.eml");
        const row = page
          .locator(".markers-panel .monaco-list-row", { has: page.locator(".codicon-info") })
          .first();
        await row.waitFor();
        await row.dblclick();
        await words.fill("");
        // Who chose the row has the focus there; the light bulb is of the line.
        await page.keyboard.press("Control+1");
        const offer = page
          .locator(".action-widget .monaco-list-row", { hasText: "Open a readable copy" })
          .first();
        // The editor asks for what can be done with the line in its own time.
        for (let n = 0; n < 5 && !(await offer.isVisible()); n++) {
          await page.keyboard.press("Escape");
          await page.keyboard.press("Control+.");
          await page.waitForTimeout(2000);
        }
        await offer.waitFor();
        await offer.click();
        await page.locator(".tab.active", { hasText: "Untitled" }).first().waitFor();
        await settled();
        await page.keyboard.press("Control+w");
        await page.locator(".dialog-buttons .monaco-button", { hasText: "Don't Save" }).first().click();
      },
    ],
  ];
}
