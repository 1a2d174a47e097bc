// Before and after in the editor's diff editor: opened from a finding's row and from a line, with what is known on both sides.
import assert from "node:assert/strict";

export function diffCases({ ui, page, mail, inTree, settings, settled }) {
  const pane = (side) =>
    page.locator(`.monaco-diff-editor .editor.${side === "before" ? "original" : "modified"}`);
  /** What the status bar counts of problems. */
  const problems = async () =>
    await page.locator(".statusbar-item#status\\.problems a").first().getAttribute("aria-label");
  const whole = (text) => text.replace(/\s+/g, " ").trim();

  /** Rests the mouse on a line of a pane and gives the hover's text. */
  const hoverIn = async (side, text) => {
    const pattern = new RegExp(
      text
        .split(/\s+/)
        .map((w) => w.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
        .join("\\s+"),
    );
    const line = pane(side).locator(".view-line", { hasText: pattern }).first();
    await line.waitFor();
    const box = await line.locator("span span").last().boundingBox();
    await page.mouse.move(box.x + 30, box.y - 60);
    await page.mouse.move(box.x + Math.min(box.width / 2, 60), box.y + box.height / 2, { steps: 6 });
    // The problem at the line comes first, from the editor itself; the extension's own words have a link to the mail.
    const hover = page.locator(".monaco-hover:not(.hidden) .hover-contents", { hasText: "of the mail" });
    await hover.first().waitFor({ timeout: 15_000 });
    return whole(await page.locator(".monaco-hover:not(.hidden)").first().textContent());
  };

  /** Waits until a decoration behind some line of a pane says it: those are in no element's text. */
  const saysIn = async (side, pattern) => {
    const spans = pane(side).locator(".view-line span[class*='ced-']");
    const told = () =>
      spans.evaluateAll((all) =>
        all.map((e) => getComputedStyle(e, "::after").content).filter((c) => c !== "none"),
      );
    for (let i = 0; i < 100 && !(await told()).some((t) => pattern.test(t)); i++)
      await page.waitForTimeout(150);
    const all = await told();
    assert.ok(
      all.some((t) => pattern.test(t)),
      `${side}: ${all.join(" | ")}`,
    );
  };

  return [
    [
      "before and after: a finding's row opens the diff editor, the finding is marked in it",
      async () => {
        await ui.closeAll();
        await ui.open(mail.name);
        await settled();
        await ui.showSidebar();
        const counted = await problems();
        await ui.rowAction(ui.newFindings().first(), "diff");
        await page.locator(".tab.active", { hasText: "before ↔ after" }).first().waitFor();
        // On the side that has the line: a removed one stands before.
        await ui.underlined();
        // Each finding is one problem, in the mail, and not one more in each file that shows its line.
        assert.equal(await problems(), counted);
        await saysIn("after", /\d+ new/);
        // The sidebar, the status item and the commands stay with the mail.
        await ui.newFindings().first().waitFor();
        assert.match(await ui.statusItem().textContent(), /new/);
        return (await page.locator(".tab.active").first().textContent()).trim();
      },
    ],
    [
      "before and after: a removed line answers on the old side",
      async () => {
        await ui.open(mail.name);
        await ui.goToLine(mail.removed.line);
        await ui.palette("Folioscope: Open Before and After");
        await page.locator(".tab.active", { hasText: "before ↔ after" }).first().waitFor();
        const text = await hoverIn("before", mail.removed.text);
        assert.match(text, /removed/, text);
        assert.match(text, /before/, text);
        assert.match(text, /of the mail/, text);
        assert.doesNotMatch(text, /\bafter: /, text);
        const link = page.locator(".monaco-hover:not(.hidden) a", { hasText: "of the mail" }).first();
        await link.click();
        await page.locator(".tab.active", { hasText: mail.name }).first().waitFor();
        return text.slice(0, 200);
      },
    ],
    [
      "before and after: with a kernel tree the whole file, at the changed line",
      async () => {
        await ui.closeAll();
        settings({ "folioscope.tree": inTree.tree });
        await ui.open("in-tree.eml");
        await settled();
        await ui.goToLine(inTree.reached);
        await ui.palette("Folioscope: Open Before and After");
        const tab = page.locator(".tab.active", { hasText: "dax.c: before ↔ after" }).first();
        await tab.waitFor({ timeout: 60_000 });
        assert.doesNotMatch(await tab.textContent(), /what the mail shows/);
        await pane("after").locator(".view-line", { hasText: "WAKE_NEXT" }).first().waitFor();
        const numbers = await pane("after").locator(".line-numbers").allTextContents();
        assert.ok(
          numbers.some((n) => Number(n) > 200),
          numbers.slice(0, 5).join(" "),
        );
        settings({});
        return (await tab.textContent()).trim();
      },
      inTree.skip,
    ],
    [
      "compare: another version of the series is chosen, both run, and what went is told",
      async () => {
        await ui.closeAll();
        settings({ "folioscope.scenario": "insert-fails" });
        await page.waitForTimeout(1500);
        await ui.open("leak-v2.eml");
        await settled();
        await ui.palette("Folioscope: Compare With Another Version", { asks: true });
        const widget = page.locator(".quick-input-widget");
        await widget.locator("input").first().fill("leak-v1");
        await widget.locator(".monaco-list-row.focused", { hasText: "leak-v1.eml" }).first().waitFor();
        await page.keyboard.press("Enter");
        await page.locator(".tab", { hasText: "v1 and v2 of" }).first().waitFor({ timeout: 120_000 });
        const report = page.locator(".editor-group-container").last().locator(".view-lines").first();
        await report
          .locator(".view-line", { hasText: /WENT\s+folio-ref-leak/ })
          .first()
          .waitFor();
        return whole(await report.textContent()).slice(0, 200);
      },
    ],
    [
      "mistakes: those of the patch at the cursor are tried, and each is told with what notices it",
      async () => {
        await ui.closeAll();
        await ui.open("leak-v1.eml");
        await settled();
        await ui.palette("Folioscope: Would a Mistake Be Noticed");
        await page
          .locator(".tab", { hasText: "Mistakes in leak-v1.eml" })
          .first()
          .waitFor({ timeout: 120_000 });
        const report = page.locator(".editor-group-container").last().locator(".view-lines").first();
        await report
          .locator(".view-line", { hasText: /NOTICED\s+without:\s+return/ })
          .first()
          .waitFor();
        settings({});
        return whole(await report.textContent()).slice(0, 200);
      },
    ],
  ];
}
