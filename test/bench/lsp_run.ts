/**
 * The language server as it is built, under load: hovers on a small mail while one of 10 MB is read, by the clock, and the
 * memory of the process (Linux: /proc) over 500 reviews of a mail that changes each time. With `series FILE [TREE]`: a
 * series is opened as an editor does, and its outline, its first finding and hovers all over it are timed until each patch
 * has run. Leaves out what is right.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { METHOD_SIMULATE, METHOD_STATUS, METHOD_TREE, type StatusParams } from "../../server/protocol.ts";
import { LspClient } from "../support/lsp_client.ts";

const root = process.env["FOLIOSCOPE_ROOT"] ?? process.cwd();
const [mode, seriesFile = "", tree = "none"] = process.argv.slice(2);
const reviews = Number(process.argv[2] ?? 500);
const megabytes = Number(process.argv[3] ?? 10);
const SMALL = "file:///mail/small.eml";
const LARGE = "file:///mail/large.eml";
/** A hover that takes longer is told by itself (milliseconds). */
const SLOW = 100;
/** Reviews until the server has what it keeps. */
const WARM = 50;

const client = new LspClient(join(root, "dist/server.cjs"));
const demo = readFileSync(join(root, "examples/demo.eml"), "utf8");

/** Resident megabytes. */
function resident(): number {
  const status = readFileSync(`/proc/${client.process.pid}/status`, "utf8");
  return Number(/^VmRSS:\s*(\d+)/m.exec(status)?.[1] ?? 0) / 1024;
}

async function hover(
  uri = SMALL,
  line = demo.split("\n").findIndex((l) => l.startsWith("@@")) + 3,
): Promise<number> {
  const start = performance.now();
  await client.request("textDocument/hover", { textDocument: { uri }, position: { line, character: 2 } });
  return performance.now() - start;
}

/** Opens a series, reads its outline and its rows, and hovers over its lines in turn while it runs. */
async function whileRunning(file: string): Promise<void> {
  const uri = "file:///mail/series.mbox";
  const text = readFileSync(file, "utf8");
  const lines = text.split("\n").flatMap((l, i) => (/^[-+ ]\s*\w/.test(l) ? [i] : []));
  const start = performance.now();
  const since = (): string => `${((performance.now() - start) / 1000).toFixed(2)} s`;
  let over = false;
  const ended = client
    .next(METHOD_STATUS, (p: StatusParams) => p.uri === uri && /^(current|cancelled|failed)$/.test(p.state))
    .then((p: StatusParams) => {
      over = true;
      console.log(`${p.state} after ${since()}: ${JSON.stringify(p.counts)}`);
    });
  const found = client
    .next(METHOD_STATUS, ({ uri: of, counts }: StatusParams) => of === uri && counts.new + counts.fixed > 0)
    .then(() => console.log(`first finding (new or fixed): ${since()}`));
  client.open(uri, text);
  const outline = await client.request("textDocument/documentSymbol", { textDocument: { uri } });
  console.log(`outline: ${(outline.result as unknown[]).length} at the top, ${since()}`);
  const rows = await client.request(METHOD_TREE, { uri });
  console.log(`rows: ${(rows.result as { roots: unknown[] }).roots.length} at the top, ${since()}`);
  const times: number[] = [];
  for (let i = 0; !over; i++) {
    const at = lines[(i * 7919) % Math.max(1, lines.length)] ?? 0;
    const took = await hover(uri, at);
    times.push(took);
    if (took > SLOW) console.log(`  ${took.toFixed(0)} ms on line ${at + 1}, ${since()} after opening`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await ended;
  await Promise.race([found, new Promise((resolve) => setTimeout(resolve, 1000))]);
  told(`while the series runs, ${resident().toFixed(0)} MB at its end`, times);
}

function told(what: string, times: readonly number[]): void {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (part: number): string =>
    `${(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0).toFixed(1)} ms`;
  console.log(`${what}: ${sorted.length} hovers, median ${at(0.5)}, 95 % ${at(0.95)}, longest ${at(1)}`);
}

async function whileReading(): Promise<void> {
  client.open(SMALL, demo);
  await client.next(METHOD_STATUS, (p) => p.uri === SMALL && p.patches > 0);
  const idle: number[] = [];
  for (let i = 0; i < 50; i++) idle.push(await hover());
  told("at rest", idle);
  const hunks = demo.slice(demo.indexOf("diff --git"));
  const large = demo + hunks.repeat(Math.ceil((megabytes << 20) / hunks.length));
  let read = false;
  const done = client.next(METHOD_STATUS, (p) => p.uri === LARGE && p.patches > 0).then(() => (read = true));
  const start = performance.now();
  client.open(LARGE, large);
  const times: number[] = [];
  while (!read) {
    const took = await hover();
    times.push(took);
    if (took > SLOW)
      console.log(
        `  ${took.toFixed(0)} ms, ${((performance.now() - start) / 1000).toFixed(1)} s after opening`,
      );
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await done;
  told(`while ${megabytes} MB are read (${((performance.now() - start) / 1000).toFixed(1)} s)`, times);
  client.notify("textDocument/didClose", { textDocument: { uri: LARGE } });
}

async function growth(): Promise<void> {
  let warm = 0;
  for (let i = 1; i <= reviews; i++) {
    // Another text each time, so that nothing is taken from what was run before.
    client.change(SMALL, demo.replace("\n\n", `\nX-Round: ${i}\n\n`), i + 1);
    const over = client.next(
      METHOD_STATUS,
      (p) => p.uri === SMALL && p.version === i + 1 && p.state === "current",
    );
    await client.request(METHOD_SIMULATE, { uri: SMALL, scenario: "map-fault-unmap" });
    await over;
    client.heard.length = 0;
    if (i === Math.min(WARM, reviews)) warm = resident();
    if (i % 50 === 0 || i === reviews) console.log(`${i} reviews: ${resident().toFixed(0)} MB`);
  }
  console.log(`grown by ${(resident() - warm).toFixed(0)} MB after the first ${Math.min(WARM, reviews)}`);
}

async function main(): Promise<void> {
  if (mode === "series") {
    await client.initialize({ run: "onOpenAndChange", tree });
    await whileRunning(seriesFile);
  } else {
    await client.initialize({ run: "manual" });
    await whileReading();
    await growth();
  }
  await client.close();
}

void main();
