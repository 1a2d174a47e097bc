// The hand on the keyboard: starts a browser on the workbench and knows how to use its parts. Leaves out what is tried
// (cases.mjs) and the server (run.mjs).
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
];

/** Files of an extension in a webview: a service worker of the editor answers, nothing goes out. */
const RESOURCES = /\.vscode-resource\.vscode-cdn\.net$/;

/** Debian's chromium, by PATH or $CHROMIUM. */
export function findChromium() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  for (const dir of (process.env.PATH ?? "").split(delimiter))
    for (const name of ["chromium", "chromium-browser", "google-chrome"])
      if (existsSync(join(dir, name))) return join(dir, name);
  return undefined;
}

export async function openWorkbench(base, folder) {
  const browser = await chromium.launch({ executablePath: findChromium(), headless: true, args: FLAGS });
  const context = await browser.newContext({ viewport: { width: 1500, height: 950 } });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const errors = [];
  const outside = new Set();
  context.on("request", (r) => {
    const url = new URL(r.url());
    if (/^(http|ws)/.test(url.protocol) && url.host !== new URL(base).host && !RESOURCES.test(url.host))
      outside.add(url.origin);
  });
  page.on("pageerror", (e) => errors.push(e.message));
  // What a page's content security policy refuses is said on the console only.
  const refused = new Set();
  page.on("console", (m) => {
    if (/Content Security Policy/i.test(m.text()) && /panel\.(?:js|css)|style|inline/i.test(m.text()))
      refused.add(m.text());
  });
  await page.goto(`${base}/?folder=${encodeURIComponent(folder)}`);
  await page.waitForSelector(".monaco-workbench .explorer-folders-view", { timeout: 60_000 });
  return { browser, page, errors, outside, refused, ui: new Ui(page) };
}

export class Ui {
  constructor(page) {
    this.page = page;
  }

  /**
   * Presses keys until the field that they open takes a text, and gives the field's widget. Whatever takes the focus meanwhile closes it,
   * or has the key: a run that stops in a file, a view that opens, a panel.
   */
  async asked(keys, text) {
    const { page } = this;
    const widget = page.locator(".quick-input-widget");
    const input = widget.locator("input").first();
    for (let n = 0; ; n++) {
      for (const key of keys) await page.keyboard.press(key);
      try {
        await input.waitFor({ timeout: 10_000 });
        await input.fill(text, { timeout: 10_000 });
        return widget;
      } catch (error) {
        if (n === 3) throw error;
      }
    }
  }

  /**
   * Runs a command of the palette. Enter only when our row is the focused one: earlier may run a stale row. `first`: the
   * command has to be the first for its own words, as ours have; the editor ranks some of its own behind others.
   */
  async palette(command, { asks = false, first = true } = {}) {
    const { page } = this;
    const widget = await this.asked(["F1"], `>${command}`);
    const focused = widget.locator(".monaco-list-row.focused", { hasText: command }).first();
    if (!first) {
      await widget.locator(".monaco-list-row", { hasText: command }).first().waitFor();
      for (let n = 0; n < 5 && !(await focused.isVisible()); n++) await page.keyboard.press("ArrowDown");
    }
    await focused.waitFor();
    await page.keyboard.press("Enter");
    // A command that asks for something opens the same widget again.
    if (!asks) await widget.waitFor({ state: "hidden" });
  }

  /** Opens a file of the folder by name; gives when it was chosen (milliseconds of `Date.now()`). */
  async open(name) {
    const { page } = this;
    const widget = await this.asked(["Control+p"], name);
    await widget.locator(".monaco-list-row.focused", { hasText: name }).first().waitFor();
    const chosen = Date.now();
    await page.keyboard.press("Enter");
    await page.locator(".tab.active", { hasText: name }).first().waitFor();
    await page.locator(".editor-instance .view-lines .view-line").first().waitFor();
    return chosen;
  }

  /** Has no editor open, whatever is unsaved in one. */
  async closeAll() {
    const { page } = this;
    await this.palette("View: Close All Editors");
    const drop = page.locator(".dialog-buttons .monaco-button", { hasText: "Don't Save" }).first();
    const tab = page.locator(".tabs-container .tab").first();
    for (let n = 0; n < 50 && (await tab.isVisible()); n++) {
      if (await drop.isVisible()) await drop.click();
      await page.waitForTimeout(100);
    }
  }

  /** Pastes into an empty text until it has a line with `text`: what is copied comes when the server has answered. */
  async pasted(text) {
    const { page } = this;
    const line = page.locator(".editor-group-container.active .view-line", { hasText: text }).first();
    for (let n = 0; ; n++) {
      await page.keyboard.press("Control+a");
      await page.keyboard.press("Control+v");
      // What is above the screen is in no line of the page.
      await page.keyboard.press("Control+Home");
      try {
        await line.waitFor({ timeout: 1_000 });
        return;
      } catch (error) {
        if (n === 30) throw error;
      }
    }
  }

  async goToLine(line) {
    const { page } = this;
    const widget = await this.asked(["Control+1", "Control+g"], `:${line}`);
    await page.keyboard.press("Enter");
    await widget.waitFor({ state: "hidden" });
  }

  /** A line on the screen whose text contains `text`. Monaco writes blanks as no-break spaces. */
  line(text) {
    const pattern = text
      .split(/\s+/)
      .map((w) => w.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
      .join("\\s+");
    return this.page.locator(".editor-instance .view-line", { hasText: new RegExp(pattern) }).first();
  }

  /** Rests the mouse on a word of the line at `line` and gives the hover's text. */
  async hoverLine(line, text, word) {
    const { page } = this;
    await this.goToLine(line);
    const found = this.line(text);
    await found.waitFor();
    const span = found.locator("span", { hasText: word }).last();
    const box = (await span.count()) > 0 ? await span.boundingBox() : await found.boundingBox();
    await page.mouse.move(box.x + 40, box.y - 60);
    await page.mouse.move(box.x + Math.min(box.width / 2, 120), box.y + box.height / 2, { steps: 6 });
    // The editor's own: rows of the sidebar and of the Test Explorer bring a hover of the workbench.
    const hover = page.locator(".monaco-editor .monaco-hover:not(.hidden):not(.workbench-hover)").first();
    await hover.locator(".hover-contents").first().waitFor({ timeout: 15_000 });
    return (await hover.textContent()).replace(/\s+/g, " ").trim();
  }

  /** Waits until a finding is underlined in the diff editor: by a decoration, which is no problem of its own. */
  async underlined() {
    await this.page.waitForFunction(() =>
      [...document.querySelectorAll(".monaco-diff-editor .view-line span[class*='ced-']")].some(
        (e) => getComputedStyle(e).textDecorationStyle === "wavy",
      ),
    );
  }

  statusItem() {
    return this.page.locator('.statusbar-item[id*="folioscope"]').first();
  }

  async showSidebar() {
    await this.palette("View: Show Folioscope");
    await this.page
      .locator('.sidebar [aria-label*="Folioscope"], .sidebar .title-label:has-text("Folioscope")')
      .first()
      .waitFor();
  }

  /** Rows of findings that are new with the patch. */
  newFindings() {
    return this.page.locator('.sidebar .monaco-list-row[aria-label^="finding "][aria-label*=" new · "]');
  }

  /**
   * Clicks an action of a row. The workbench shows them while the mouse rests on the row, and a list that is drawn anew
   * under it forgets that: the mouse goes away and comes again.
   */
  async rowAction(row, icon) {
    const { page } = this;
    const action = row.locator(`.action-label.codicon-${icon}`);
    for (let n = 0; n < 10; n++) {
      await row.hover();
      try {
        await action.click({ timeout: 3000 });
        return;
      } catch (error) {
        if (n === 9) throw error;
        await page.mouse.move(900, 20);
        await page.waitForTimeout(500);
      }
    }
  }

  rows() {
    return this.page.locator(".sidebar .monaco-list-row");
  }
}
