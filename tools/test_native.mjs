// Builds the reference kernel with gcc and compares what its scenarios do natively with what they do in the engine, event
// by event: `npm run test:native`.
//   --thorough            every combination of scenario parameters, not a covering set
//   --era NAME            one era (repeatable; default all)
//   --seed N              schedules drawn from a seed (repeatable; default 0 and 1)
//   --scenario TEXT       cases whose label has TEXT
//   --show "CASE"         prints both event lists of one case
//   --replace PATH=FILE   compiles FILE of a kernel tree in the place of emulator/reference/PATH (repeatable) and compares
//                         its events with those of ours, both native
//   --tree DIR            the same for every file of test/native/tree/files.json, each by itself
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { loadModule } from "./load.mjs";

const root = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");
const { values: options } = parseArgs({
  options: {
    thorough: { type: "boolean", default: false },
    era: { type: "string", multiple: true, default: [] },
    seed: { type: "string", multiple: true },
    scenario: { type: "string", default: "" },
    show: { type: "string" },
    replace: { type: "string", multiple: true, default: [] },
    tree: { type: "string" },
  },
});
const SHOWN = 5;
const native = await loadModule("test/native/index.ts");

const missing = native.nativeMissing();
if (missing !== null) {
  console.log(`skipped: ${missing}`);
  process.exit(0);
}

let failed = false;
const fail = (text) => {
  failed = true;
  console.log(text);
};

/** Counts results and prints the first differences. */
function tally(allowed = {}) {
  const sum = { cases: 0, equal: 0, events: 0, shown: 0, allowed: 0 };
  const each = (r) => {
    sum.cases++;
    sum.events += r.events;
    if (r.difference === null) sum.equal++;
    else if (allowed[r.label.split(" ")[0]] !== undefined) sum.allowed++;
    else if (sum.shown++ < SHOWN) console.log(`  ${r.label}: ${r.difference}`);
  };
  return { sum, each };
}

function report(what, sum) {
  const differ = sum.cases - sum.equal - sum.allowed;
  const text = `${what}: ${sum.cases} cases, ${sum.events} events; ${sum.equal} equal, ${sum.allowed} allowed, ${differ} differ`;
  if (sum.cases === 0 || differ > 0) fail(text);
  else console.log(text);
}

async function warnings(era) {
  const { files, complaints } = await native.complaintsOf(root, era);
  if (complaints.length > 0)
    fail(`${era}: gcc -O2 -Wall -Wextra complains of ${complaints.length} files\n${complaints.join("\n")}`);
  else console.log(`${era}: ${files} files clean under gcc -O2 -Wall -Wextra`);
}

function chosen(engine) {
  return engine.cases.filter((c) => c.label.includes(options.scenario));
}

async function againstEngine(era) {
  await warnings(era);
  const kernel = await native.buildNative(root, era);
  const engine = new native.EngineKernel(era, options.thorough);
  for (const seed of (options.seed ?? ["0", "1"]).map(Number)) {
    const { sum, each } = tally(native.BY_ADDRESS);
    native.compareWithEngine(engine, kernel, chosen(engine), seed, each);
    report(`${era} seed ${seed}, engine and gcc`, sum);
  }
}

async function againstTree(era, replacements, allowed) {
  const names = replacements.map((r) => r.path).join(", ");
  let theirs;
  try {
    theirs = await native.buildNative(root, era, replacements);
  } catch (error) {
    fail(`${names}: ${error.message.slice(0, 6000)}`);
    return;
  }
  const ours = await native.buildNative(root, era);
  const engine = new native.EngineKernel(era, options.thorough);
  for (const seed of (options.seed ?? ["0"]).map(Number)) {
    const { sum, each } = tally(allowed);
    const labels = chosen(engine).map((c) => c.label);
    const ran = native.compareNatives(ours, theirs, labels, seed, each);
    const idle = theirs.replaced.filter((f) => !ran.has(f));
    console.log(
      `${names}: ${theirs.replaced.length - idle.length} of ${theirs.replaced.length} functions of the tree ran`,
    );
    if (idle.length > 0) console.log(`  not run: ${idle.join(" ")}`);
    if (ran.size === 0) fail(`${names}: nothing of the tree's file ran, the comparison says nothing`);
    report(`${era} seed ${seed}, ours and the tree's ${names}`, sum);
  }
}

async function show(era) {
  const replacements = options.replace.map(parseReplacement);
  const kernel = await native.buildNative(root, era, replacements);
  const seed = Number(options.seed?.[0] ?? 0);
  const { ours, theirs } =
    replacements.length > 0
      ? native.nativeLists(await native.buildNative(root, era), kernel, options.show, seed)
      : native.bothLists(new native.EngineKernel(era, true), kernel, options.show, seed);
  const n = Math.max(ours.events.length, theirs.events.length);
  for (let i = 0; i < n; i++) {
    const [a, b] = [ours.events[i], theirs.events[i]];
    if (a === b) console.log(`  ${a}`);
    else {
      if (a !== undefined) console.log(`< ${a}`);
      if (b !== undefined) console.log(`> ${b}`);
    }
  }
  console.log(`ends: ${ours.end} | ${theirs.end}`);
}

function parseReplacement(text) {
  const at = text.indexOf("=");
  return { path: text.slice(0, at), file: text.slice(at + 1) };
}

const unknown = options.era.find((e) => native.eraFromName(e) === null);
if (unknown !== undefined) {
  console.error(`--era: ${native.unknownEra(unknown)}`);
  process.exit(2);
}
const eras = options.era.length > 0 ? options.era.map((e) => native.eraFromName(e)) : native.ERA_NAMES;
/** The tree at hand is Debian's 6.12. */
const TREE_ERA = "v6.12";
if (options.show !== undefined) await show(eras[0]);
else if (options.replace.length > 0)
  for (const era of eras.filter((e) => e === TREE_ERA || options.era.length === 1))
    await againstTree(era, options.replace.map(parseReplacement));
else if (options.tree !== undefined) {
  const { files } = JSON.parse(readFileSync(join(root, "test/native/tree/files.json"), "utf8"));
  for (const { path, allowed } of files) {
    const file = join(options.tree, path);
    if (existsSync(file)) await againstTree(TREE_ERA, [{ path, file }], allowed);
    else fail(`the tree has no ${path}`);
  }
} else for (const era of eras) await againstEngine(era);
process.exit(failed ? 1 : 0);
