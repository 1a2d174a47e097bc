// Compares series, order, revisions and trailers with b4 on whole threads: `npm run oracle:b4 -- MBOX...`
//
// b4 reads a mailbox as one thread with one series to a revision, so each of its series is compared with ours of that
// revision which shares most message ids. Trailers are those that people gave in replies.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadModule } from "./load.mjs";

const paths = process.argv.slice(2).filter((a) => !a.startsWith("-"));
if (paths.length === 0) {
  console.error("usage: npm run oracle:b4 -- MBOX|DIR...");
  process.exit(2);
}
const { parseDocument } = await loadModule("server/parse.ts");
const files = paths.flatMap((p) =>
  statSync(p).isDirectory()
    ? readdirSync(p)
        .sort()
        .map((f) => join(p, f))
        .filter((f) => f.endsWith(".mbox"))
    : [p],
);
const helper = fileURLToPath(new URL("oracle_b4.py", import.meta.url));
const run = spawnSync("/usr/bin/python3", [helper, ...files], { maxBuffer: 1 << 28 });
if (run.status !== 0) {
  console.error(`b4 cannot be asked: ${run.stderr.toString().trim().split("\n").pop()}`);
  process.exit(2);
}
const theirs = JSON.parse(run.stdout.toString());

const plain = (s) => s.replace(/\s+/g, " ").trim();
const PASTED =
  "b4 takes the trailers of another patch, which is pasted whole into a reply, for trailers given to the patch that is replied to";
const OTHER_COVER =
  "the mailbox holds two series of this revision; b4 puts the cover letter of the one before the patches of the other";

/** Trailers of patches that stand unquoted in replies. */
function pasted(doc) {
  const found = new Set();
  for (const p of doc.patches)
    if (p.quoteDepth === 0 && doc.messages[p.message].kind === "reply")
      for (const t of p.trailers) found.add(plain(`${t.key}: ${t.value}`).toLowerCase());
  return found;
}
const isPerson = (name) => /-by$/i.test(name);
let compared = 0;
let equal = 0;
let mixed = 0;
let explained = 0;
let patches = 0;
let trailers = 0;
for (const file of files) {
  const doc = parseDocument(readFileSync(file), file);
  const idOf = (patch) => doc.patches[patch]?.messageId;
  for (const b of theirs[file]) {
    if (b.error) {
      console.log(`${file} v${b.revision}: b4 fails on it (${b.error})`);
      continue;
    }
    compared++;
    const ids = new Set(b.patches.map((p) => p.messageId));
    const hits = (s) => s.members.reduce((n, m) => n + m.patches.filter((p) => ids.has(idOf(p))).length, 0);
    const touched = doc.series.filter((s) => hits(s) > 0);
    const ours = touched.sort((x, y) => hits(y) - hits(x))[0];
    const wrong = [];
    const because = new Set();
    // b4 has one series to a revision in a mailbox: of several it makes one, or numbers them through.
    if (touched.length > 1 || (ours && ours.revision !== b.revision)) {
      mixed++;
      console.log(
        `because b4 holds one series to a revision and ${touched.length > 1 ? "mixes several here" : "renumbers this one"}: ${file} v${b.revision}`,
      );
      continue;
    }
    if (!ours || hits(ours) === 0) wrong.push("no such series here");
    else {
      if (ours.total !== b.total) wrong.push(`b4 expects ${b.total} patches, here ${ours.total}`);
      for (const p of b.patches) {
        if (p.number === 0) {
          const cover = ours.cover === null ? null : doc.messages[ours.cover].messageId;
          if (
            cover !== p.messageId &&
            doc.series.some(
              (s) =>
                s !== ours &&
                s.revision === ours.revision &&
                s.cover !== null &&
                doc.messages[s.cover].messageId === p.messageId,
            )
          )
            because.add(OTHER_COVER);
          else if (cover !== p.messageId) wrong.push(`cover letter ${p.messageId}, here ${cover}`);
        } else {
          patches++;
          const member = ours.members[p.number - 1];
          const own = doc.patches[member?.patches[0]];
          if (own?.messageId !== p.messageId)
            wrong.push(`patch ${p.number}: ${p.messageId}, here ${own?.messageId}`);
          else if (plain(own.subject) !== plain(p.subject))
            wrong.push(`patch ${p.number}: subject "${p.subject}", here "${own.subject}"`);
        }
        const want = p.trailers
          .filter(([name]) => isPerson(name))
          .map(([name, value]) => plain(`${name}: ${value}`).toLowerCase());
        const have = ours.trailers
          .filter((t) => t.number === p.number && isPerson(t.key) && !t.mismatch)
          .map((t) => plain(`${t.key}: ${t.value}`).toLowerCase());
        trailers += want.length;
        for (const t of want)
          if (!have.includes(t)) {
            if (pasted(doc).has(t)) because.add(PASTED);
            else wrong.push(`patch ${p.number}: b4 has "${t}"`);
          }
        for (const t of have) if (!want.includes(t)) wrong.push(`patch ${p.number}: only here "${t}"`);
      }
      for (const m of ours.members)
        if (m.patches.length && !b.patches.some((p) => p.number === m.number))
          wrong.push(`patch ${m.number} only here`);
    }
    for (const reason of because) console.log(`because ${reason}: ${file} v${b.revision}`);
    if (wrong.length === 0 && because.size) explained++;
    else if (wrong.length === 0) equal++;
    else for (const w of wrong) console.log(`DIFF ${file} v${b.revision}: ${w}`);
  }
}
console.log(
  `${compared} series of ${files.length} mailboxes, ${patches} patches, ${trailers} trailers: ${equal} series equal, ${explained} differing with a reason, ${mixed} not comparable, ${compared - equal - mixed - explained} differ`,
);
process.exit(equal + mixed + explained === compared ? 0 : 1);
