// The extension in an editor with nothing behind it but a browser: the workbench that the server serves, opened without the
// server's machine, so that extensions run in the web extension host. Mails are read there and their code runs there.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ui } from "./ui.mjs";

/** The extension as it was installed, the file system and the mails, at addresses of the workbench's own origin: its policy asks no other. */
const PLACE = "/web-files";

async function serve(context, base, places) {
  await context.route(
    (url) => url.href.startsWith(`${base}${PLACE}/`),
    async (route) => {
      const [, , place, ...rest] = new URL(route.request().url()).pathname.split("/");
      const path = rest.map(decodeURIComponent).join("/");
      const type = /\.c?js$/.test(path) ? { contentType: "text/javascript" } : {};
      try {
        if (place === "mails" && path === "list.json")
          await route.fulfill({ body: JSON.stringify(readdirSync(places.mails)) });
        else await route.fulfill({ body: readFileSync(join(places[place], path)), ...type });
      } catch {
        await route.fulfill({ status: 404, body: "" });
      }
    },
  );
}

const UNTIED = [
  ["remoteAuthority:location.host", "remoteAuthority:undefined"],
  [
    'P.file(this.userDataPath).with({scheme:J.vscodeRemote}),"User"',
    'P.file("/").with({scheme:J.vscodeUserData}),"User"',
  ],
];

/** A page of its own; closed by the last case. */
async function openWeb({ browser, base, run, here, settings }) {
  const extension = readdirSync(join(run, "ext")).find((n) => n.startsWith("folioscope."));
  const context = await browser.newContext({ viewport: { width: 1500, height: 950 } });
  await serve(context, base, {
    extension: join(run, "ext", extension),
    fs: join(here, "web_fs"),
    mails: join(run, "ws"),
  });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const asked = new Set();
  context.on("request", (r) => asked.add(new URL(r.url()).host));
  const said = [];
  context.on("weberror", (e) => said.push(`weberror: ${e.error().message}`));
  page.on("console", (m) => said.push(`${m.type()}: ${m.text()}`));
  await page.route(
    (url) => url.pathname === "/" && url.searchParams.get("folder") === "mails:/",
    async (route) => {
      const answer = await route.fetch({ url: `${base}/` });
      const html = (await answer.text()).replace(
        /(id="vscode-workbench-web-configuration" data-settings=")([^"]*)"/,
        (_, start, given) => {
          const config = JSON.parse(given.replaceAll("&quot;", '"').replaceAll("&amp;", "&"));
          delete config.remoteAuthority;
          config.configurationDefaults = settings;
          config.additionalBuiltinExtensions = ["/extension", "/fs"].map((path) => ({
            scheme: "http",
            authority: new URL(base).host,
            path: PLACE + path,
          }));
          return `${start}${JSON.stringify(config).replaceAll("&", "&amp;").replaceAll('"', "&quot;")}"`;
        },
      );
      await route.fulfill({ response: answer, body: html });
    },
  );
  // code-server ties the workbench to its server in two places; without them it is the workbench as it is published.
  await page.route(/\/out\/vs\/code\/browser\/workbench\/workbench\.js$/, async (route) => {
    const answer = await route.fetch();
    let body = await answer.text();
    for (const [from, to] of UNTIED) {
      assert.equal(body.split(from).length, 2, `once in the workbench: ${from}`);
      body = body.replace(from, () => to);
    }
    await route.fulfill({ response: answer, body });
  });
  await page.goto(`${base}/?folder=${encodeURIComponent("mails:/")}`);
  await page.waitForSelector(".monaco-workbench .explorer-folders-view", { timeout: 60_000 });
  return { page, ui: new Ui(page), asked, said, close: () => context.close() };
}

export function webCases({ browser, base, run, here, settings, mail, shotOf }) {
  let web;
  /** By the Explorer: nobody searches such a folder. */
  const open = async (name) => {
    const { page } = web;
    await page.locator(".explorer-folders-view .monaco-list-row", { hasText: name }).first().dblclick();
    await page.locator(".tab.active", { hasText: name }).first().waitFor();
    await page.locator(".editor-instance .view-lines .view-line").first().waitFor();
  };
  const shot = async (name) => await web.page.screenshot({ path: shotOf(`web-${name}`) });
  const status = () => web.page.locator('.statusbar-item[id*="folioscope"]').first();
  const settled = async () => {
    for (let n = 0; n < 600; n++) {
      const text = (
        (await status()
          .textContent({ timeout: 500 })
          .catch(() => "")) ?? ""
      ).trim();
      if (/\d+ (?:new|fixed)|clean/.test(text) && !/\d+\/\d+/.test(text)) return text;
      await web.page.waitForTimeout(200);
    }
    await shot("stuck");
    return assert.fail(`no verdict: \n${web.said.slice(-20).join("\n")}`);
  };
  return [
    [
      "web: without a machine behind it a mail is read and its code runs",
      async () => {
        web = await openWeb({ browser, base, run, here, settings });
        await open("leak-v1.eml");
        const started = Date.now();
        const said = await settled();
        const took = Date.now() - started;
        await shot("mail");
        assert.match(said, /1 new/);
        return `${said} after ${took} ms`;
      },
    ],
    [
      "web: what a mailer damaged is a problem",
      async () => {
        const { page, ui } = web;
        await open("damaged.eml");
        await ui.palette("Problems: Focus on Problems View");
        const row = page.locator(".markers-panel .monaco-list-row", { hasText: "leading space" }).first();
        await row.waitFor();
        await shot("problems");
        return (await row.textContent()).replace(/\s+/g, " ").trim();
      },
    ],
    [
      "web: outline, hover on a removed line and the folds of a mail",
      async () => {
        const { page, ui } = web;
        await open(mail.name);
        await settled();
        await ui.palette("Explorer: Focus on Outline View");
        const rows = page.locator(".outline-pane .monaco-list-row, .outline-tree .monaco-list-row");
        await rows.nth(1).waitFor();
        const outline = (await rows.allTextContents()).map((t) => t.trim());
        assert.ok(outline.some((t) => t.includes(mail.file)) || outline.length > 3, outline.join(" | "));
        const said = await ui.hoverLine(mail.removed.line, mail.removed.text, mail.removed.word);
        assert.match(said, /removed/);
        await shot("hover");
        return said.slice(0, 160);
      },
    ],
    [
      "web: a run is stepped through, to the write that broke the count",
      async () => {
        const { page, ui } = web;
        await open("leak-v1.eml");
        await settled();
        await page.keyboard.press("F8");
        await ui.palette("Folioscope: Step Through");
        const fault = page.locator(".exception-widget").first();
        await fault.waitFor({ timeout: 60_000 });
        const said = (await fault.textContent()).replace(/\s+/g, " ");
        assert.match(said, /refcount/);
        const line = async () =>
          Number(await page.locator(".line-numbers.active-line-number").first().textContent());
        const at = await line();
        await shot("stepping");
        await page.locator(".debug-toolbar .codicon-debug-step-back").click();
        await page.waitForFunction(
          (was) => Number(document.querySelector(".line-numbers.active-line-number")?.textContent) !== was,
          at,
        );
        const back = await line();
        assert.ok(back < at, `${back} after ${at}`);
        await page.locator(".debug-toolbar .codicon-debug-stop").click();
        return `line ${at}, back to ${back}: ${said.slice(0, 160)}`;
      },
    ],
    [
      "web: no host but the editor's own was asked",
      async () => {
        const outside = [...web.asked].filter((h) => !h.startsWith("127.0.0.1:") && h !== "");
        await web.close();
        assert.deepEqual(outside, [], "hosts that the page asked");
      },
    ],
  ];
}
