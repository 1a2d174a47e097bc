/**
 * `npm run oracle:place [-- --made N --real N --seed S --tree DIR --other DIR --corpus DIR]`: hunks placed by us, by `git
 * apply` and by GNU patch (each with its defaults) on the same text, and where they part. Made up: edits of kernel files
 * whose functions are then moved, duplicated and renamed. Real: hunks between two kernel versions on a third text (the
 * older file with other hunks applied), and hunks of mailed patches. Prints the rate of both kinds of difference: placed
 * by us where both refuse (which must be told: merged with its evidence, fuzz 3 in the named function, another name), and
 * refused by us where one of them places. Exit status 1 when something was placed where both refuse and nothing tells why.
 * Leaves out what a patch does when it runs.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Patch } from "../server/mail/types.ts";
import { parseDocument } from "../server/parse.ts";
import { fateText } from "../server/source/fate.ts";
import { imagesOf, type KernelTree } from "../server/source/images.ts";
import { Landmarks } from "../server/source/landmarks.ts";

const PATH = "file.c";

/** Numbers from a seed: the same run again with the same seed. */
class Dice {
  private state: number;
  constructor(seed: number) {
    this.state = seed >>> 0 || 1;
  }
  below(n: number): number {
    this.state ^= this.state << 13;
    this.state >>>= 0;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    this.state >>>= 0;
    return this.state % n;
  }
}

interface Trial {
  readonly what: string;
  readonly text: string;
  /** `--- a/file.c` and one hunk. */
  readonly diff: string;
}

const options = new Map<string, string>();
for (let i = 2; i + 1 < process.argv.length; i += 2) options.set(process.argv[i]!, process.argv[i + 1]!);
const count = (name: string, usual: number): number => Number(options.get(name) ?? usual);

/** Texts of one file on both of two trees. */
function pairs(tree: string, other: string): { path: string; old: string; now: string }[] {
  const out: { path: string; old: string; now: string }[] = [];
  for (const folder of [
    "fs",
    "mm",
    "drivers/dax",
    "drivers/nvdimm",
    "kernel",
    "lib",
    "block",
    "drivers/base",
  ])
    for (const name of list(join(other, folder)).filter((n) => /\.c$/.test(n))) {
      const [old, now] = [read(join(other, folder, name)), read(join(tree, folder, name))];
      if (old !== null && now !== null && old !== now && old.length < 200_000)
        out.push({ path: `${folder}/${name}`, old, now });
    }
  return out;
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function read(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}

const work = mkdtempSync(join(tmpdir(), "folioscope-place-"));

/** `git diff` with the headings of C, as a kernel tree has them. */
function hunksBetween(old: string, now: string): string[] {
  const dir = join(work, "diff");
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, "a.c"), old);
  writeFileSync(join(dir, "b.c"), now);
  const made = spawnSync("diff", ["-U3", "-F", "^[A-Za-z_].*[^:]$", "a.c", "b.c"], {
    cwd: dir,
    encoding: "utf8",
    maxBuffer: 64 << 20,
  });
  return made.stdout.split(/^(?=@@ )/m).slice(1);
}

const asFile = (hunk: string): string => `--- a/${PATH}\n+++ b/${PATH}\n${hunk}`;

// ---- the three -------------------------------------------------------------------------------------------------------

interface Verdicts {
  readonly git: string | null;
  readonly patch: string | null;
  readonly ours: string | null;
  readonly fate: string;
}

function tried(trial: Trial): Verdicts | null {
  const dir = join(work, "try");
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir);
  const file = join(dir, PATH);
  const diff = join(dir, "one.diff");
  writeFileSync(diff, trial.diff);
  writeFileSync(file, trial.text);
  const git = spawnSync("git", ["apply", "--whitespace=nowarn", "one.diff"], {
    cwd: dir,
    env: { ...process.env, GIT_CEILING_DIRECTORIES: work },
  });
  const byGit = git.status === 0 ? readFileSync(file, "utf8") : null;
  writeFileSync(file, trial.text);
  // -f: forward, where patch would ask whether the hunk is there already.
  const args = ["-p1", "-f", "-s", "--no-backup-if-mismatch", "-r", "-", "-i", "one.diff"];
  const patch = spawnSync("patch", args, { cwd: dir });
  const byPatch = patch.status === 0 ? readFileSync(file, "utf8") : null;
  const mine = ours(trial);
  return mine === null ? null : { git: byGit, patch: byPatch, ...mine };
}

function ours(trial: Trial): { ours: string | null; fate: string } | null {
  const mail = `From: A <a@example.org>\nSubject: [PATCH] try\nMessage-ID: <x@example.org>\n\nText.\n---\ndiff --git a/${PATH} b/${PATH}\n${trial.diff}-- \n2.40.0\n`;
  const doc = parseDocument(Buffer.from(mail), "trial.eml");
  const patch: Patch | undefined = doc.patches[0];
  if (patch === undefined || patch.files[0]?.hunks.length !== 1) return null;
  const images = imagesOf(treeOf(trial.text), [], patch);
  const image = images.files[0]!;
  const hunk = image.hunks[0]!;
  const { kind } = hunk.fate;
  const applied = kind !== "rejected" && kind !== "already";
  return { ours: applied ? image.after : null, fate: fateText(hunk.fate) };
}

const treeOf = (text: string): KernelTree => ({
  root: "",
  describe: "",
  read: (path) => (path === PATH ? text : null),
  blob: () => null,
  atCommit: () => null,
  origin: () => "work tree",
  list: () => [],
  stamp: () => "",
});

// ---- what is tried ---------------------------------------------------------------------------------------------------

/** Functions of a text moved, duplicated, renamed or taken out, and lines between. */
function disturbed(text: string, dice: Dice): string {
  let lines = text.split("\n");
  for (let n = 1 + dice.below(3); n > 0; n--) {
    const marks = new Landmarks(lines);
    const starts = lines.flatMap((_, i) => (marks.at(i)?.start === i ? [marks.at(i)!] : []));
    const one = starts[dice.below(Math.max(1, starts.length))];
    const two = starts[dice.below(Math.max(1, starts.length))];
    if (one === undefined || two === undefined) return lines.join("\n");
    const body = lines.slice(one.start, one.end);
    const name = one.name.replace(/\W/g, ".");
    const rename = (l: string) => l.replace(new RegExp(`\\b${name}\\b`), `${one.name.replace(/\W/g, "_")}_b`);
    switch (dice.below(5)) {
      case 0: {
        const rest = [...lines.slice(0, one.start), ...lines.slice(one.end)];
        const at = two.start > one.start ? two.start - body.length : two.start;
        lines = [...rest.slice(0, at), ...body, "", ...rest.slice(at)];
        break;
      }
      case 1:
        lines = [...lines.slice(0, two.start), ...body.map(rename), "", ...lines.slice(two.start)];
        break;
      case 2:
        lines = lines.map((l, i) => (i >= one.start && i < one.end ? rename(l) : l));
        break;
      case 3:
        lines = [...lines.slice(0, one.start), ...lines.slice(one.end)];
        break;
      default: {
        const at = one.start + dice.below(Math.max(1, one.end - one.start));
        lines = [...lines.slice(0, at), "\tadded_by_nobody();", ...lines.slice(at + dice.below(2))];
      }
    }
  }
  return lines.join("\n");
}

/** A line of some function changed, doubled or taken out. */
function edited(text: string, dice: Dice): string {
  const lines = text.split("\n");
  const marks = new Landmarks(lines);
  for (let tries = 0; tries < 200; tries++) {
    const i = dice.below(lines.length);
    if (marks.at(i) === null || !/^\t\W*\w.*;$/.test(lines[i]!)) continue;
    const way = dice.below(3);
    lines.splice(i, way === 0 ? 0 : 1, ...(way === 2 ? [] : [lines[i]!.replace(/(\w+)/, "made_$1")]));
    return lines.join("\n");
  }
  return text;
}

function* madeUp(files: ReturnType<typeof pairs>, dice: Dice): Generator<Trial> {
  for (;;) {
    const { path, old } = files[dice.below(files.length)]!;
    const hunk = hunksBetween(old, edited(old, dice))[0];
    if (hunk !== undefined) yield { what: `made-up ${path}`, text: disturbed(old, dice), diff: asFile(hunk) };
  }
}

/** A hunk of what came between two versions: on the old text as it is, disturbed, and on the new one. */
function* between(files: ReturnType<typeof pairs>, dice: Dice): Generator<Trial> {
  for (;;) {
    const { path, old, now } = files[dice.below(files.length)]!;
    const hunks = hunksBetween(old, now);
    for (let n = 0; n < 6 && hunks.length > 0; n++) {
      const hunk = hunks[dice.below(hunks.length)]!;
      const way = dice.below(3);
      const text = way === 0 ? old : way === 1 ? disturbed(old, dice) : now;
      yield { what: `between versions ${path}`, text, diff: asFile(hunk) };
    }
  }
}

/** Every hunk of the mails, on the tree. */
function* mailed(corpus: string, tree: string): Generator<Trial> {
  for (const folder of ["series", "threads", "cases", "anykernel"])
    for (const name of list(join(corpus, folder)).filter(
      (n) => /\.(eml|mbox)$/.test(n) && !/\.reply/.test(n),
    )) {
      const file = join(corpus, folder, name);
      for (const patch of parseDocument(readFileSync(file), file).patches)
        for (const f of patch.files) {
          const text = /\.[ch]$/.test(f.path) && f.status === "modified" ? read(join(tree, f.path)) : null;
          if (text === null) continue;
          for (const h of f.hunks) {
            if (!h.complete || h.gaps.length > 0) continue;
            const lines = h.lines.map((l) =>
              l.kind === "\\" ? "\\ No newline at end of file" : l.kind + l.text,
            );
            const header =
              `@@ -${h.oldStart},${h.oldLines} +${h.newStart},${h.newLines} @@ ${h.section}`.trimEnd();
            yield { what: `${name} ${f.path}`, text, diff: asFile(`${header}\n${lines.join("\n")}\n`) };
          }
        }
    }
}

// ---- the table -------------------------------------------------------------------------------------------------------

const tally = {
  tried: 0,
  same: 0,
  allRefuse: 0,
  weRefuse: 0,
  elsewhere: 0,
  told: 0,
  untold: [] as string[],
  there: 0,
};

/** What shows why a place was taken that neither of the two takes. */
const TOLD =
  /^merged: |^fuzz 3\b|, as \w+ is called there|, in the function that its @@ line names and not at/;

function take(trial: Trial): boolean {
  const v = tried(trial);
  if (v === null) return false;
  tally.tried++;
  const theirs = [v.git, v.patch].filter((t) => t !== null);
  if (v.ours === null) {
    if (v.fate === "in the tree already") tally.there++;
    else if (theirs.length === 0) tally.allRefuse++;
    else {
      tally.weRefuse++;
      if (options.has("--show")) console.log(`refused ${trial.what}: ${v.fate}`);
    }
  } else if (theirs.includes(v.ours)) tally.same++;
  else if (TOLD.test(v.fate)) {
    if (theirs.length === 0) tally.told++;
    else tally.elsewhere++;
  } else tally.untold.push(`${trial.what}: ${v.fate}\n${trial.diff}`);
  return true;
}

function run(trials: Generator<Trial>, wanted: number): number {
  let n = 0;
  for (const trial of trials) {
    if (n >= wanted) break;
    if (take(trial)) n++;
  }
  return n;
}

function need(name: string): string {
  const value = options.get(name);
  if (value !== undefined) return value;
  console.error(
    `oracle:place: ${name} DIR is missing (npm run --silent kernel; npm run --silent kernel -- 6.1)`,
  );
  process.exit(2);
}

const tree = need("--tree");
const files = pairs(tree, need("--other"));
const dice = new Dice(count("--seed", 1));
try {
  const made = run(madeUp(files, dice), count("--made", 1000));
  const wanted = count("--real", 2000);
  const corpus = options.get("--corpus");
  const sent = corpus === undefined ? 0 : run(mailed(corpus, tree), Math.ceil(wanted / 2));
  const real = run(between(files, dice), wanted - sent);
  const rate = (n: number): string => `${n} (${((100 * n) / Math.max(1, tally.tried)).toFixed(1)} %)`;
  console.log(`${tally.tried} hunks: ${made} made up, ${sent} mailed, ${real} between versions`);
  console.log(`  placed as git apply or GNU patch places them: ${rate(tally.same)}`);
  console.log(`  refused by all three: ${rate(tally.allRefuse)}`);
  console.log(`  there already, by what they add: ${rate(tally.there)}`);
  console.log(`  refused by us, placed by git or patch: ${rate(tally.weRefuse)}`);
  console.log(`  placed elsewhere than they do, the report says why: ${rate(tally.elsewhere)}`);
  console.log(`  placed where both refuse, the report says why: ${rate(tally.told)}`);
  console.log(`  placed otherwise than both, and nothing says why: ${rate(tally.untold.length)}`);
  for (const u of tally.untold.slice(0, 5)) console.log(u);
  process.exitCode = tally.untold.length > 0 ? 1 : 0;
} finally {
  rmSync(work, { recursive: true, force: true });
}
