// Compares the mail reader with git, mail by mail: `npm run oracle:git -- PATH...`
//
// For every mail of every file below PATH: `git mailinfo` gives author, subject, message and patch, and
// `git apply --numstat` the files with their added and removed lines. Mails that git cannot apply are not compared.
// Every difference is printed; one that has a reason (see REASONS) is listed apart from those that have none.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadModule } from "./load.mjs";

const args = process.argv.slice(2);
const verbose = args.includes("-v");
const limitAt = args.indexOf("--limit");
const limit = limitAt >= 0 ? Number(args[limitAt + 1]) : Infinity;
const paths = args.filter((a, i) => !a.startsWith("-") && (limitAt < 0 || i !== limitAt + 1));
if (paths.length === 0) {
  console.error("usage: npm run oracle:git -- [-v] [--limit N] PATH...");
  process.exit(2);
}
const { parseDocument } = await loadModule("server/parse.ts");
const { splitMbox, isMbox } = await loadModule("server/mail/mbox.ts");
const work = mkdtempSync(join(tmpdir(), "folioscope-oracle-"));
const box = join(work, "repo");
mkdirSync(box);
execFileSync("git", ["init", "-q", box]);

function files(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { withFileTypes: true })
    .filter((e) => !e.name.startsWith("."))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((e) => files(join(path, e.name)));
}

/** The mails of a file as `git mailsplit` would store them. */
function mails(file) {
  const bytes = readFileSync(file);
  // git mailsplit drops the carriage returns of a single mail, too.
  if (!isMbox(bytes))
    return /^[!-9;-~]+:/.test(bytes.toString("latin1", 0, 80))
      ? [Buffer.from(bytes.toString("latin1").replace(/\r\n/g, "\n"), "latin1")]
      : [];
  const rd = bytes.toString("latin1", 0, 13) === "From mboxrd@z";
  return splitMbox(bytes).map((r) => {
    const lines = bytes.subarray(r.start, r.end);
    const body = lines
      .subarray(lines.indexOf(10) + 1)
      .toString("latin1")
      .replace(/\r\n/g, "\n");
    return Buffer.from(rd ? body.replace(/^>(>*From )/gm, "$1") : body, "latin1");
  });
}

/** What git reads; with `scissors`, as `git am --scissors` would. */
function gitReads(mail, scissors) {
  const msg = join(work, "msg");
  const patch = join(work, "patch");
  const args = ["mailinfo", "--quoted-cr=strip", ...(scissors ? ["--scissors"] : []), msg, patch];
  const info = spawnSync("git", args, { input: mail, cwd: box, maxBuffer: 1 << 28 });
  if (info.status !== 0) return null;
  const header = (name) => new RegExp(`^${name}: (.*)$`, "m").exec(info.stdout.toString("utf8"))?.[1] ?? "";
  const numstat = spawnSync("git", ["apply", "--numstat", "-z", patch], { cwd: box, maxBuffer: 1 << 28 });
  const diffs = (readFileSync(patch, "latin1").match(/^(?:diff --git |--- .*\n\+\+\+ )/gm) ?? []).length;
  return {
    ok: numstat.status === 0,
    why: numstat.stderr.toString().trim().split("\n")[0],
    hasDiff: diffs > 0,
    author: header("Author"),
    email: header("Email"),
    subject: header("Subject"),
    message: readFileSync(msg, "utf8"),
    stat: readNumstat(numstat.stdout.toString("utf8")),
  };
}

function readNumstat(text) {
  const out = new Map();
  const fields = text.split("\0");
  for (let i = 0; i < fields.length; i++) {
    const m = /^(\d+|-)\t(\d+|-)\t([\s\S]*)$/.exec(fields[i]);
    if (!m) continue;
    let path = m[3];
    if (path === "") {
      path = fields[i + 2] ?? "";
      i += 2;
    }
    // A file that is patched twice in one mail is one file.
    const known = out.get(path);
    out.set(
      path,
      known && m[1] !== "-"
        ? [known[0] + Number(m[1]), known[1] + Number(m[2])]
        : m[1] === "-"
          ? ["-", "-"]
          : [Number(m[1]), Number(m[2])],
    );
  }
  return [...out].map(([path, [a, r]]) => `${a} ${r} ${path}`).sort();
}

/** git's `is_scissors_line`: more than a third of the line is perforation, and more than half of that is no gap. */
function isGitScissors(line) {
  let [scissors, gap, perforation, inside] = [0, 0, 0, false];
  for (let i = 0; i < line.length; i++) {
    const c = line[i];
    if (/\s/.test(c)) {
      if (inside) {
        perforation++;
        gap++;
      }
    } else if (c === "-") {
      inside = true;
      perforation++;
    } else if (/^(?:>8|8<|>%|%<)/.test(line.slice(i, i + 2))) {
      inside = true;
      perforation += 2;
      scissors += 2;
      i++;
    } else inside = false;
  }
  const visible = line.trim().length;
  return scissors > 0 && visible >= 8 && visible < perforation * 3 && gap * 2 < perforation;
}

const tidy = (s) =>
  s
    .split("\n")
    .map((l) => l.trimEnd())
    .join("\n")
    .replace(/\n{2,}/g, "\n\n")
    .replace(/^\n+|(?<!\n)\n+$/g, "");

function ours(mail) {
  const doc = parseDocument(mail, "mail", { separate: true, structureOnly: true });
  const message = doc.messages[0];
  const patches = doc.patches.filter((p) => p.quoteDepth === 0);
  const stat = new Map();
  for (const p of patches)
    for (const f of p.files) {
      if (f.combined) continue;
      const key = f.path;
      const old = stat.get(key) ?? [0, 0, false];
      stat.set(key, [old[0] + f.added, old[1] + f.removed, old[2] || f.status === "binary"]);
    }
  const first = patches[0];
  return {
    doc,
    patches,
    stat: [...stat].map(([path, [a, r, b]]) => (b ? `- - ${path}` : `${a} ${r} ${path}`)).sort(),
    author: first?.author ?? message?.author ?? "",
    subject: first?.subject ?? message?.subject ?? "",
    message: first ? first.commitMessage : "",
  };
}

/** In which fields the two readings differ. */
function differences(g, o) {
  const differ = [];
  if (g.stat.join("\n") !== o.stat.join("\n")) differ.push(["files", g.stat, o.stat]);
  const author = g.author && g.author !== g.email ? `${g.author} <${g.email}>` : g.email;
  const plain = (s) => s.replace(/\s+/g, " ").trim();
  if (plain(author) !== plain(o.author)) differ.push(["author", author, o.author]);
  if (plain(g.subject) !== plain(o.subject)) differ.push(["subject", g.subject, o.subject]);
  if (tidy(g.message) !== tidy(o.message)) differ.push(["message", tidy(g.message), tidy(o.message)]);
  return differ;
}

/** Differences that are git's: each a test on both readings, and the reason in words. */
const REASONS = [
  [
    "files",
    (_g, o) => o.patches.some((p) => p.notes.some((n) => /header claims/.test(n))),
    "git drops the lines of a hunk beyond its false counts, silently",
  ],
  [
    "author",
    (g) => g.author.startsWith("=?"),
    "the name was encoded twice; git decodes it once and leaves the encoded word",
  ],
  [
    "*",
    (_g, o) => o.patches.some((p) => p.notes.some((n) => /indented/.test(n))),
    "git does not see a diff that is indented in the text; it is one",
  ],
  [
    "files",
    (_g, o) => o.doc.messages[0]?.isRawText === false && /format=flowed/i.test(o.head),
    "git joins diff lines that end in a space, as format=flowed says; the diff shows that they are separate",
  ],
  [
    "*",
    (g) => /^From [0-9a-f]{40} Mon Sep 17 00:00:00 2001$/m.test(g.message),
    "git takes the header of a format-patch mail that was pasted below scissors for text of the message",
  ],
  [
    "*",
    (_g, _o, d) => typeof d[1] === "string" && d[1].includes("\ufffd"),
    "git passes on bytes that are not in the charset; they are decoded here by the likelier one",
  ],
  [
    "*",
    (_g, _o, d) =>
      typeof d[1] === "string" && tidy(Buffer.from(d[1], "latin1").toString("utf8")) === tidy(d[2]),
    "the mail declares a one-byte charset but is UTF-8; git believes the declaration",
  ],
  [
    "*",
    (_g, o) => /^[!-9;-~]+[ \t]+:/m.test(o.head.split(/\n\r?\n/)[0]),
    "git ends the headers at one with white space before its colon, which RFC 5322 section 4.5 has readers accept",
  ],
  ["author", (g) => g.email === "", "git takes an empty in-body From line for the author"],
  [
    "files",
    (_g, _o, d) =>
      d[1].length === d[2].length &&
      d[1].every((x) => {
        const [, counts, p] = /^(\S+ \S+) (.*)$/s.exec(x);
        return d[2].some((y) => {
          const [, own, q] = /^(\S+ \S+) (.*)$/s.exec(y);
          return own === counts && (p === q || q.endsWith(`/${p}`) || p.endsWith(`/${q}`));
        });
      }),
    "git apply -p1 drops the first directory of a path that has no a/ prefix (or keeps a home directory)",
  ],
  [
    "*",
    (_g, o) => o.patches.some((p) => o.doc.messages[p.message].parts > 0),
    "git reads an attached mail or patch as the body's continuation; it has its own author, subject and message",
  ],
];

const totals = { mails: 0, noDiff: 0, refused: 0, compared: 0, equal: 0, explained: 0, unexplained: 0 };
const fields = { files: 0, author: 0, subject: 0, message: 0 };
const sumFiles = { files: 0, lines: 0 };
const byReason = new Map();
const refusedButRead = [];
outer: for (const path of paths)
  for (const file of files(path)) {
    let list;
    try {
      list = mails(file);
    } catch (e) {
      console.error(`${file}: ${e.message}`);
      continue;
    }
    for (let k = 0; k < list.length; k++) {
      if (totals.mails >= limit) break outer;
      totals.mails++;
      let g = gitReads(list[k], false);
      // A patch below scissors is read as `git am --scissors` reads it.
      if (g?.hasDiff && list[k].toString("latin1").split("\n").some(isGitScissors))
        g = gitReads(list[k], true) ?? g;
      if (!g?.hasDiff) {
        totals.noDiff++;
        continue;
      }
      const o = ours(list[k]);
      o.head = list[k].toString("latin1", 0, 20000);
      if (!g.ok) {
        totals.refused++;
        if (o.patches.length) refusedButRead.push(`${file}#${k}: ${g.why}`);
        continue;
      }
      totals.compared++;
      let differ = differences(g, o);
      // Scissors inside of an encoded body are seen only once it is decoded.
      const cut = differ.length ? gitReads(list[k], true) : null;
      if (cut?.ok && differences(cut, o).length === 0) {
        g = cut;
        differ = [];
      }
      sumFiles.files += g.stat.length;
      if (differ.length === 0) {
        totals.equal++;
        continue;
      }
      const open = [];
      for (const d of differ) {
        const reason = REASONS.find(([field, test]) => (field === "*" || field === d[0]) && test(g, o, d));
        if (reason) byReason.set(reason[2], [...(byReason.get(reason[2]) ?? []), `${file}#${k}`]);
        else {
          open.push(d);
          fields[d[0]]++;
        }
      }
      if (open.length === 0) totals.explained++;
      else {
        totals.unexplained++;
        for (const [field, a, b] of open) {
          console.log(`DIFF ${file}#${k} ${field}`);
          if (field === "message" && !verbose) {
            const [x, y] = [a.split("\n"), b.split("\n")];
            const at = x.findIndex((l, i) => l !== y[i]);
            console.log(
              `  git ${x.length} lines, ours ${y.length}; first at ${at}: ${JSON.stringify(x[at]?.slice(0, 90))} / ${JSON.stringify(y[at]?.slice(0, 90))}`,
            );
          } else
            console.log(
              `  git:  ${JSON.stringify(a).slice(0, 600)}\n  ours: ${JSON.stringify(b).slice(0, 600)}`,
            );
        }
      }
    }
  }
rmSync(work, { recursive: true, force: true });
if (verbose) for (const r of refusedButRead) console.log(`git refuses, read here: ${r}`);
for (const [reason, where] of byReason)
  console.log(`because ${reason}: ${where.length} (${where.slice(0, 5).join(", ")})`);
console.log(
  `${totals.mails} mails: ${totals.noDiff} without a diff for git, ${totals.refused} refused by git (${refusedButRead.length} of them read here), ${totals.compared} compared (${sumFiles.files} files)`,
);
console.log(
  `equal ${totals.equal}, differing with a reason ${totals.explained}, without ${totals.unexplained} (files ${fields.files}, author ${fields.author}, subject ${fields.subject}, message ${fields.message})`,
);
process.exit(totals.unexplained === 0 ? 0 : 1);
