// The documents the editor is tried on: seed 000 of the corpus where it is present, else the repository's own example,
// and small mails of our own in encodings that are not plain text.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join } from "node:path";

/** The mail everything is tried on. `removed` is a `-` line that a simulation executes. */
export function seedMail(root) {
  const seeds = join(root, "..", "shared", "corpus", "seeds");
  if (existsSync(seeds)) {
    const name = readdirSync(seeds).find((n) => n.startsWith("000_"));
    if (name)
      return {
        isSeed: true,
        name,
        path: join(seeds, name),
        mail: describe(join(seeds, name), "dax.c", "page->mapping = mapping;"),
      };
  }
  const examples = join(root, "examples");
  const names = readdirSync(examples).filter((n) => /\.(eml|patch|mbox|txt)$/.test(n));
  // One that breaks something, and with a removed line to hover on.
  const removes = (n) => describe(join(examples, n), ".c", "").removed.line > 0;
  const name = names.find((n) => /share|twice|leak|demo/.test(n) && removes(n));
  if (!name) throw new Error("examples/ has no mail that breaks something and removes a line");
  return { isSeed: false, name, path: join(examples, name), mail: describe(join(examples, name), ".c", "") };
}

function describe(path, file, removedText) {
  const lines = readFileSync(path, "utf8").split("\n");
  const isRemoved = (l) => /^(?:> )*-(?!--|-)/.test(l) && l.includes(removedText) && /[;{]/.test(l);
  const at = lines.findIndex(isRemoved);
  const text = (lines[at] ?? "").replace(/^(?:> )*-/, "").trim();
  return {
    name: basename(path),
    file,
    diffLine: lines.findIndex((l) => /^(?:> )*diff --git .*\.c$/.test(l)) + 1,
    removed: { line: at + 1, text, word: /\w{4,}/.exec(text)?.[0] ?? text },
  };
}

/**
 * A patch of our own against a kernel tree, made from the tree's text while the test runs: waiters are woken one at a time
 * where the tree wakes them all, and a branch is added that nothing takes. The function is shown in part (with `whole`:
 * whole, so that it runs without a tree too), and the hunk says that it stands three lines further down than it does.
 * `{ skip }` with the reason where there is no such tree.
 */
export function treeMail({ whole = false } = {}) {
  const cache =
    process.env.FOLIOSCOPE_CACHE ??
    join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "folioscope");
  const tree = process.env.FOLIOSCOPE_KERNEL ?? join(cache, "linux-source-6.12");
  if (!existsSync(join(tree, "mm")) || !existsSync(join(tree, "include", "linux")))
    return { skip: "no kernel tree: npm run kernel unpacks one, or set FOLIOSCOPE_KERNEL" };
  const lines = readFileSync(join(tree, "fs", "dax.c"), "utf8").split("\n");
  const start = lines.findIndex((l) => /^static int __dax_invalidate_entry\(/.test(l));
  const at = lines.findIndex(
    (l, i) => i > start && /^\tput_unlocked_entry\(&xas, entry, WAKE_ALL\);$/.test(l),
  );
  if (start < 0 || at < 0 || at > start + 40)
    return { skip: `${tree}: __dax_invalidate_entry() of fs/dax.c looks different there` };
  const added = [
    "\tif (WARN_ON_ONCE(ret > 1))",
    "\t\tentry = NULL;",
    "\tput_unlocked_entry(&xas, entry, WAKE_NEXT);",
  ];
  const from = whole ? start - 1 : at - 3;
  const to = whole ? lines.indexOf("}", at) + 2 : at + 4;
  const hunk = [
    ...lines.slice(from, at).map((l) => ` ${l}`),
    `-${lines[at]}`,
    ...added.map((l) => `+${l}`),
    ...lines.slice(at + 1, to).map((l) => ` ${l}`),
  ];
  const head = [
    "From: A Reviewer <reviewer@example.org>",
    "Subject: [PATCH] fs/dax: wake one waiter at a time",
    "Date: Mon, 3 Feb 2025 10:00:00 +0000",
    "Message-ID: <20250203100000.9@example.org>",
    "",
    "One is enough.",
    "---",
    "diff --git a/fs/dax.c b/fs/dax.c",
    "--- a/fs/dax.c",
    "+++ b/fs/dax.c",
    `@@ -${from + 4},${to - from} +${from + 4},${to - from + added.length - 1} @@ static int __dax_invalidate_entry(struct address_space *mapping,`,
  ];
  const text = [...head, ...hunk, "-- ", "2.39.5", ""].join("\n");
  const line = (part) => text.split("\n").findIndex((l) => l.includes(part)) + 1;
  return {
    tree,
    text,
    hunkLine: head.length,
    unreached: line("entry = NULL"),
    reached: line("WAKE_NEXT"),
  };
}

/** An example mail that leaks a reference as version 1 of a series, and version 2, which does not. */
function versions(root) {
  const leak = readFileSync(join(root, "examples", "leaked-reference.eml"), "utf8");
  const as = (mail, version) => mail.replace("[PATCH]", `[PATCH v${version} 1/1]`);
  const mended = leak
    .replace("+\t\treturn ret;", "+\t\tgoto out;")
    .replace(" \tfolio_put(folio);", "+out:\n \tfolio_put(folio);")
    .replace("@@ -1379,51 +1379,53 @@", "@@ -1379,51 +1379,54 @@");
  return {
    "leak-v1.eml": as(leak, 1),
    "leak-v2.eml": as(mended, 2).replace(/^Message-ID: </m, "Message-ID: <v2."),
  };
}

/** Mails written here, by name. */
export function fixtureMails(root) {
  return {
    ...versions(root),
    "encoded.eml": quotedPrintable(),
    // A context line has lost its blank.
    "damaged.eml": quotedPrintable().replace(" =09=09return;", "=09=09return;"),
    "0001-plain.patch": plainPatch(),
    // One of its findings is about tasks that wait for each other.
    "waits.eml": readFileSync(join(root, "examples", "demo.eml"), "utf8"),
    "notes.txt": "Nothing but a shopping list:\n- bread\n+ butter\n",
  };
}

/** The encoded mail as format-patch would have written it. */
function plainPatch() {
  return quotedPrintable()
    .replace(/=\n/g, "")
    .replace(/=([0-9A-F]{2})/g, (_, hex) =>
      hex === "C3" ? "" : hex === "A9" ? "é" : String.fromCharCode(Number.parseInt(hex, 16)),
    )
    .replace(/^(?:MIME-Version|Content-).*\n/gm, "")
    .replace(/^From: /, "From 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001\nFrom: ");
}

function quotedPrintable() {
  const body = [
    "The caf=C3=A9 test box oopses without this, see the very long line that no mailer=",
    " would leave alone.",
    "",
    "Signed-off-by: A Reviewer <reviewer@example.org>",
    "---",
    " fs/dax.c | 1 +",
    " 1 file changed, 1 insertion(+)",
    "",
    "diff --git a/fs/dax.c b/fs/dax.c",
    "--- a/fs/dax.c",
    "+++ b/fs/dax.c",
    "@@ -10,8 +10,9 @@",
    "=20",
    " static void dax_account_entry(struct page *page)",
    " {",
    " =09if (!page)",
    " =09=09return;",
    "+=09page->index =3D 0;",
    " =09page->share++;",
    " }",
    "=20",
    "--=20",
    "2.39.5",
  ];
  return [
    "From: A Reviewer <reviewer@example.org>",
    "To: linux-fsdevel@example.org",
    "Subject: [PATCH] fs/dax: reset the index of an accounted page",
    "Date: Mon, 3 Feb 2025 10:00:00 +0000",
    "Message-ID: <20250203100000.1@example.org>",
    "MIME-Version: 1.0",
    'Content-Type: text/plain; charset="utf-8"',
    "Content-Transfer-Encoding: quoted-printable",
    "",
    ...body,
    "",
  ].join("\n");
}
