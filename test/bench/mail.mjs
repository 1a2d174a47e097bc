// Mail reader: MB/s and mails/s on whole threads, beside `git mailsplit` + `git mailinfo`, `lsdiff` and bare parse-diff.
// `npm run bench -- mail [PATH...]`; without a path, the corpus threads. Figures are min/median/max of several rounds. A
// peer that is not here is named with its package and left out.
import { execFileSync, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import parseDiff from "parse-diff";
import { loadModule } from "../../tools/load.mjs";
import { havePeer } from "./peers.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Runs the benchmark and prints its table. */
export async function run(args = []) {
  const corpus = process.env.FOLIOSCOPE_CORPUS ?? resolve(root, "../shared/corpus");
  const paths = args.length ? args : [join(corpus, "threads")];
  const files = paths
    .filter(existsSync)
    .flatMap((p) => (statSync(p).isDirectory() ? readdirSync(p).map((f) => join(p, f)) : [p]))
    .filter((f) => f.endsWith(".mbox"));
  if (files.length === 0) {
    console.log(`bench mail: no .mbox below ${paths.join(", ")}`);
    return;
  }
  const { parseDocument } = await loadModule("server/parse.ts");
  const { streamMbox } = await loadModule("server/mail/mbox.ts");
  const { canonicalDiff } = await loadModule("server/diff/unified.ts");
  const inputs = files.map((f) => readFileSync(f));
  const bytes = inputs.reduce((n, b) => n + b.length, 0);
  const docs = inputs.map((b, i) => parseDocument(b, files[i]));
  const mails = docs.reduce((n, d) => n + d.messages.length, 0);
  console.log(`${files.length} mailboxes, ${mails} mails, ${(bytes / 1e6).toFixed(1)} MB`);
  // The same diffs for everybody: what stands unquoted in the mails, hunk for hunk.
  const diffs = docs.map((d) =>
    d.patches
      .filter((p) => p.quoteDepth === 0)
      .map((p) => canonicalDiff(p.files))
      .join(""),
  );
  const diffBytes = diffs.reduce((n, d) => n + d.length, 0);
  const work = mkdtempSync(join(tmpdir(), "folioscope-bench-"));
  const row = (name, times, size, count) => {
    const sorted = [...times].sort((a, b) => a - b);
    const median = sorted[sorted.length >> 1];
    const show = (ms) => `${ms.toFixed(0)}`.padStart(6);
    console.log(
      `${name.padEnd(44)} ${show(sorted[0])} ${show(median)} ${show(sorted[sorted.length - 1])} ms  ${(size / 1e3 / median).toFixed(1).padStart(7)} MB/s ${count ? `${((count / median) * 1000).toFixed(0).padStart(7)} mails/s` : ""}`,
    );
    return median;
  };
  const measure = (rounds, work) =>
    Array.from({ length: rounds }, () => {
      const start = performance.now();
      work();
      return performance.now() - start;
    });
  console.log(`${"".padEnd(44)}    min median    max`);
  // Functions are found when asked for: asked for here, for every patch.
  const withFunctions = (doc) => doc.patches.map((p) => p.functions.length);
  const full = row(
    "folioscope parse, functions of every patch",
    measure(7, () => inputs.map((b, i) => withFunctions(parseDocument(b, files[i])))),
    bytes,
    mails,
  );
  const structure = row(
    "  as the editor opens it, functions on demand",
    measure(7, () => inputs.map((b, i) => parseDocument(b, files[i]))),
    bytes,
    mails,
  );
  const streamed = [];
  for (let k = 0; k < 3; k++) {
    const start = performance.now();
    for (const file of files)
      for await (const mail of streamMbox(file)) parseDocument(mail.bytes, file, { mboxFlavour: "mboxrd" });
    streamed.push(performance.now() - start);
  }
  row("  streamed, mail by mail", streamed, bytes, mails);
  const bare = row(
    "bare parse-diff on the same diffs",
    measure(15, () => diffs.map((d) => parseDiff(d))),
    diffBytes,
    0,
  );
  const diffBuffers = diffs.map((d) => Buffer.from(d));
  const same = row(
    "folioscope parse on the same diffs",
    measure(15, () => diffBuffers.map((d) => parseDocument(d, "x"))),
    diffBytes,
    0,
  );
  const sameAll = row(
    "  with the functions of every file",
    measure(7, () => diffBuffers.map((d) => withFunctions(parseDocument(d, "x")))),
    diffBytes,
    0,
  );
  const gitRow = () =>
    row(
      "git mailsplit + git mailinfo",
      measure(1, () => {
        files.forEach((f, i) => {
          const dir = join(work, `split${i}`);
          mkdirSync(dir, { recursive: true });
          execFileSync("git", ["mailsplit", "--mboxrd", `-o${dir}`, f]);
          for (const m of readdirSync(dir))
            spawnSync("git", ["mailinfo", join(work, "msg"), join(work, "patch")], {
              input: readFileSync(join(dir, m)),
              cwd: work,
            });
        });
      }),
      bytes,
      mails,
    );
  const git = havePeer("git", "git") ? gitRow() : null;
  if (havePeer("lsdiff", "patchutils")) {
    const paths = diffs.map((d, i) => {
      const path = join(work, `${i}.diff`);
      writeFileSync(path, d);
      return path;
    });
    row(
      "lsdiff on the same diffs",
      measure(5, () => spawnSync("lsdiff", paths)),
      diffBytes,
      0,
    );
  }
  console.log(
    `${git === null ? "" : `against git: ${(git / full).toFixed(1)} times as fast (${(git / structure).toFixed(1)} on demand); `}on the same diffs ${(same / bare).toFixed(2)} times the time of bare parse-diff, ${(sameAll / bare).toFixed(2)} with functions`,
  );
  await scaling(inputs, work, streamMbox, parseDocument);
  rmSync(work, { recursive: true, force: true });
}

/** Time and memory of streaming 1, 10 and 100 MB. */
async function scaling(inputs, work, streamMbox, parseDocument) {
  const all = Buffer.concat(inputs);
  for (const size of [1, 10, 100]) {
    const path = join(work, `scale${size}.mbox`);
    const copies = Math.max(1, Math.ceil((size * 1e6) / all.length));
    writeFileSync(
      path,
      size === 1 ? all.subarray(0, 1e6) : Buffer.concat(Array(copies).fill(all)).subarray(0, size * 1e6),
    );
    globalThis.gc?.();
    let peak = 0;
    let largest = 0;
    let count = 0;
    const start = performance.now();
    for await (const mail of streamMbox(path)) {
      parseDocument(mail.bytes, path, { mboxFlavour: "mboxrd" });
      largest = Math.max(largest, mail.bytes.length);
      if (++count % 50 === 0) peak = Math.max(peak, process.memoryUsage().rss);
    }
    const ms = performance.now() - start;
    console.log(
      `streaming ${String(size).padStart(3)} MB: ${ms.toFixed(0).padStart(6)} ms, ${count} mails, rss at most ${(peak / 1e6).toFixed(0)} MB, largest mail ${(largest / 1e3).toFixed(0)} kB`,
    );
    rmSync(path);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await run(process.argv.slice(2));
