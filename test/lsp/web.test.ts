/**
 * What the browser's extension reads with stand-ins for Node is what the desktop reads: the same outline, folds, tokens, marks,
 * hovers, repairs and readable text, in a context that has no Node at all.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { createContext, runInContext } from "node:vm";
import { build } from "esbuild";
import { ReadText } from "../../server/lsp/reading.ts";
import { browser, buffer } from "../../tools/browser.mjs";
import { corpus, root } from "../support/paths.ts";

type Reader = typeof ReadText;

/** The reading part of the browser's bundle, where nothing but the language and a browser's text coding is to be had. */
async function inBrowser(): Promise<Reader> {
  const { outputFiles } = await build({
    entryPoints: [join(root, "server/lsp/reading.ts")],
    absWorkingDir: root,
    write: false,
    bundle: true,
    platform: "browser",
    target: "es2022",
    format: "iife",
    globalName: "reading",
    inject: [buffer],
    plugins: [browser],
    loader: { ".c": "text", ".h": "text", ".yaml": "text" },
    logLevel: "error",
  });
  const context = createContext({ TextDecoder, TextEncoder });
  runInContext(`${outputFiles[0]!.text}\nglobalThis.ReadText = reading.ReadText;`, context);
  return context["ReadText"] as Reader;
}

/** Mails of every form: ours, and a few of the corpus where it is. */
function mails(): { name: string; text: string }[] {
  const folders = [join(root, "examples"), join(root, "test/fixtures/mail")];
  const seeds = join(corpus, "seeds");
  const zoo = join(corpus, "zoo");
  const found = folders.flatMap((f) => readdirSync(f).map((n) => join(f, n)));
  for (const f of [seeds, zoo])
    try {
      found.push(
        ...readdirSync(f)
          .slice(0, 40)
          .map((n) => join(f, n)),
      );
    } catch {
      // The corpus is not everywhere.
    }
  return found
    .filter((f) => /\.(?:eml|mbox|txt|patch|diff)$/.test(f))
    .map((f) => ({ name: f, text: new TextDecoder().decode(readFileSync(f)) }));
}

function all(Read: Reader, name: string, text: string): string {
  const read = new Read(`file://${name}`, 1, text, name, name.endsWith(".txt"));
  const lines = text.split("\n").length;
  const hovers: unknown[] = [];
  for (let line = 0; line < lines; line += 7) hovers.push(read.hover(line));
  return JSON.stringify(
    {
      foreign: read.isForeign,
      diff: read.hasDiff,
      symbols: read.symbols(),
      folds: read.folds(),
      tokens: read.tokens(),
      problems: read.diagnostics(),
      actions: read.actions(0, lines),
      readable: read.readable(false),
      repaired: read.readable(true),
      hovers,
    },
    null,
    1,
  );
}

test("a browser reads what the desktop reads, without Node", async () => {
  const Web = await inBrowser();
  const given = mails();
  assert.ok(given.length >= 8, `${given.length} mails`);
  let outlined = 0;
  for (const { name, text } of given) {
    const here = all(ReadText, name, text);
    assert.equal(all(Web, name, text), here, name);
    if (/"kind": 2/.test(here)) outlined++;
  }
  assert.ok(outlined >= 6, `${outlined} of ${given.length} have a patch in their outline`);
});

test("a hover in a browser says that nothing runs there, and promises no run", () => {
  const text = readFileSync(join(root, "examples/leaked-reference.eml"), "utf8");
  const at = text.split("\n").findIndex((l) => /^[-+][^-+]/.test(l) && l.includes(";"));
  const read = new ReadText("file:///a.eml", 1, text, "/a.eml", false);
  const said = JSON.stringify(read.hover(at));
  assert.match(said, /in a browser patches are read only/);
  assert.doesNotMatch(said, /not run yet/i);
});
