// Never more than linear time: each shape is read at three sizes, a factor of four apart. Linear work grows by four, quadratic
// work by sixteen; the least CPU time of several readings is compared, which a busy machine does not change much.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDocument } from "../../server/parse.ts";
import { HOSTILE_HEADERS } from "../support/fuzz_mail.ts";
import { grown, PLACES as MAILS, readerShapes, shapesOf } from "../support/pattern_shapes.ts";

const HEAD = "From: A <a@example.org>\nSubject: Re: [PATCH] x\nMessage-ID: <a@b>\n";
const many = (text: string) => (n: number) => text.repeat(Math.ceil(n / text.length));
const mail =
  (body: (n: number) => string, headers = "") =>
  (n: number) =>
    `${HEAD}${headers}\n${body(n)}`;
const GIT = "diff --git a/x.c b/x.c\n--- a/x.c\n+++ b/x.c\n";

const SHAPES: Record<string, (n: number) => string> = {
  "quoted lines": mail(many("> some words that somebody wrote\n")),
  "quotes ever deeper": mail((n) => {
    const depth = Math.floor(Math.sqrt(n));
    return Array.from({ length: depth }, (_, k) => `${">".repeat(k)} x`).join("\n");
  }),
  "a run of markers": mail(many(">")),
  "blank quoted lines before a diff": mail(
    (n) => `${many("> \n")(n)}> ${GIT.replace(/\n(?=.)/g, "\n> ")}> @@ -1 +1 @@\n> -a\n> +b\n`,
  ),
  "hunks that claim too much": mail((n) => `${GIT}${many("@@ -1,999999 +1,999999 @@\n a\n")(n)}`),
  "hunks that claim too little": mail((n) => `${GIT}${many("@@ -1,1 +1,1 @@\n a\n+b\n+c\n d\n e\n f\n")(n)}`),
  "quoted hunks with remarks": mail(
    (n) => `> ${GIT.replace(/\n(?=.)/g, "\n> ")}${many("> @@ -1,9 +1,9 @@\n> -a\nwhy?\n> +b\n\n")(n)}`,
  ),
  "one quoted hunk with remarks": mail(
    (n) => `> ${GIT.replace(/\n(?=.)/g, "\n> ")}> @@ -1,999999 +1,999999 @@\n${many("> +a\nwhy?\n\n")(n)}`,
  ),
  "a wrapped line without end": mail(
    (n) => `${GIT}@@ -1,99 +1,99 @@\n+${"x".repeat(70)}\n${many(`${"y".repeat(70)}\n`)(n)}`,
  ),
  "files without hunks": mail(many(GIT)),
  "minus lines": mail(many("--- a/x.c\n")),
  "plus lines indented": mail(many("--- a/x.c\n  +++ b/x.c\n@@ -1 +1 @@\n")),
  "hunks without files": mail((n) => many("@@ -9 +9 @@\n-a\n+b\n@@ -1 +1 @@\n-a\n+b\n")(n)),
  "quoted hunks without files": mail((n) =>
    many("> @@ -9 +9 @@\n> -a\n> +b\n> @@ -1 +1 @@\n> -a\n> +b\n")(n),
  ),
  "indented diffs": mail((n) => `${many("  diff --git a/y b/y\n")(n)}${GIT}@@ -1 +1 @@\n-a\n+b\n`),
  "binary patches": mail(many("diff --git a/x b/x\nGIT binary patch\nliteral 10\nzabcdefg\n\n")),
  scissors: mail(many("-- 8< --\n")),
  "commits of git log": mail(many(`commit ${"0123456789".repeat(4)}\nAuthor: A <a@b>\n\n    x\n\n`)),
  attributions: mail(many("On Mon, A wrote:\n> On Tue, B wrote:\n> > x\n")),
  trailers: mail(many("Reviewed-by: A <a@b.c>\n")),
  traces: mail(many("BUG: KASAN: use-after-free in f+0x1/0x2\nCall Trace:\n f+0x1/0x2\n")),
  "results of tests": mail(many(" 1/9 x OK 1.0s\nok 1 x\n")),
  diffstats: mail(many(" fs/x.c | 3 ++-\n 1 file changed\n")),
  "uuencoded beginnings": mail(many("begin 644 x\n!!!!\n")),
  references: (n) => `${HEAD}References: ${many("<a@b> ")(n)}\n\nx\n`,
  "folded headers": (n) => `${HEAD}X: y\n${many(" z\n")(n)}\nx\n`,
  "encoded words": (n) => `${HEAD}X-Y: ${many("=?utf-8?q?x?= ")(n)}\nTo: ${many("=?utf-8?b?")(n)}\n\nx\n`,
  headers: (n) => `${HEAD}${many("X-A: b\n")(n)}\nx\n`,
  parts: mail(many("--XX\nContent-Type: text/plain\n\nx\n"), "Content-Type: multipart/mixed; boundary=XX\n"),
  "parts in parts": mail(
    many("--XX\nContent-Type: multipart/mixed; boundary=XX\n\n"),
    "Content-Type: multipart/mixed; boundary=XX\n",
  ),
  "parts whose boundary reads as a header": mail(
    many("--a:\n"),
    'Content-Type: multipart/mixed; boundary="a:"\n',
  ),
  "parts that are mails, before endless headers": mail(
    (n) => `${"--XX\nContent-Type: message/rfc822\n\n".repeat(300)}${many("a: b\n")(n)}`,
    "Content-Type: multipart/mixed; boundary=XX\n",
  ),
  "mails in mails": mail(many("Content-Type: message/rfc822\n\n"), "Content-Type: message/rfc822\n"),
  HTML: mail(many("<a <b <!-- &amp; <script <style "), "Content-Type: text/html\n"),
  "soft breaks": mail(many("=3D=\n"), "Content-Transfer-Encoding: quoted-printable\n"),
  "base64 with words between": mail(many("QUJD\n=\n"), "Content-Transfer-Encoding: base64\n"),
  flowed: mail(many("> x \n>> y \n"), "Content-Type: text/plain; format=flowed\n"),
  "UTF-7": mail(many("+AAA-"), "Content-Type: text/plain; charset=utf-7\n"),
  "a mailbox": many(`From a@b.c Thu Jan  1 00:00:00 1970\n${HEAD}\nx\n\n`),
  "a mailbox of patches": many(
    `From mboxrd@z Thu Jan  1 00:00:00 1970\n${HEAD.replace("Re: ", "")}\nx\n---\n${GIT}@@ -1 +1 @@\n-a\n+b\n\n`,
  ),
  "a mailbox of quotes": many(
    `From mboxrd@z Thu Jan  1 00:00:00 1970\n${HEAD}In-Reply-To: <q@r>\n\nA wrote:\n> ${GIT.replace(/\n(?=.)/g, "\n> ")}> @@ -1 +1 @@\n> -a\nwhy?\n> +b\n\n`,
  ),
  "From lines that part nothing": (n) =>
    `From a@b.c Thu Jan  1 00:00:00 1970\n${HEAD}\n${many("From me to you\n")(n)}`,
  "a digest": (n) =>
    `From: a@b.c\nSubject: X Digest, Vol 1, Issue 1\n\n${many(`${"-".repeat(30)}\n\nFrom: a@b.c\nSubject: x\n\ny\n\n`)(n)}`,
  "dashes of a digest": (n) =>
    `From: a@b.c\nSubject: X Digest, Vol 1, Issue 1\n\n${many(`${"-".repeat(30)}\n\n`)(n)}`,
  "one flattened line": (n) => `A wrote: ${many("> + a > > b > ")(n)}`,
  "one flattened diff": (n) =>
    `A wrote: > --- a/x.c > +++ b/x.c ${many("> @@ -1,3 +1,3 @@ f( > a > -b > +c (a > ")(n)}`,
  "a page of headers": many("From: A\nDate: B\nSubject: C\n\nx\n\n"),
  "a page of lore": many("From: A @ 2024-01-01  1:00 UTC (permalink / raw)\n  To: B\n\nx\n\n"),
  "C that opens and opens": mail((n) => `${GIT}@@ -0,0 +1,${Math.ceil(n / 3)} @@\n${many("+{\n")(n)}`),
  functions: mail(
    (n) =>
      `${GIT}@@ -0,0 +1,${4 * Math.ceil(n / 28)} @@\n${many("+int f(int a)\n+{\n+\treturn 1;\n+}\n")(n)}`,
  ),
  "one long line": mail((n) => `${many("x y ")(n)}\n`),
  "one long diff line": mail((n) => `${GIT}@@ -1 +1 @@\n-a\n+${many("x > y ")(n)}\n`),
};

/** The places of a mail in which something may be long, and what may be long there: every element with every character. */
const PLACES: Record<string, (run: string) => string> = {
  subject: (run) => `From: a@b.c\nSubject: [PATCH] ${run}x\n\n${GIT}@@ -1 +1 @@\n-a\n+b\n`,
  address: (run) => `From: ${run}x\nSubject: [PATCH] x\n\n${GIT}@@ -1 +1 @@\n-a\n+b\n`,
  "message id": (run) => `From: a@b.c\nSubject: x\nMessage-ID: <${run}x\nReferences: ${run}x\n\ny\n`,
  "folded header": (run) => `From: a@b.c\nSubject: x\n${`${run}x`.replace(/^(?! )/, " ")}\n\ny\n`,
  "content type": (run) => `From: a@b.c\nContent-Type: text/plain; ${run}x\n\ny\n`,
  boundary: (run) => `From: a@b.c\nContent-Type: multipart/mixed; boundary="${run}x"\n\n--${run}x\n\ny\n`,
  charset: (run) => `From: a@b.c\nContent-Type: text/plain; charset=${run}x\n\ny\n`,
  "encoded word": (run) => `From: a@b.c\nSubject: =?utf-8?q?${run}x\n\ny\n`,
  "quoted-printable": (run) =>
    `From: a@b.c\nContent-Transfer-Encoding: quoted-printable\n\n${run}x\n${run}=\nx\n`,
  base64: (run) => `From: a@b.c\nContent-Transfer-Encoding: base64\n\n${run}x\n`,
  "line of a reply": (run) => `From: a@b.c\nSubject: Re: x\n\n> ${run}x\n${run}x\nA ${run}wrote:\n> x\n`,
  message: (run) => `${HEAD}\n${run}x\n---\n${GIT}@@ -1 +1 @@\n-a\n+b\n`,
  trailer: (run) =>
    `${HEAD}\nx\n\nReviewed-by: ${run}x\nAcked-by: a\n ${run}x\nFixes: 1 ("a\n${run}x\n---\n${GIT}`,
  diffstat: (run) => `${HEAD}\nx\n---\n x${run}| 3 +\n 1 file${run} changed\n${GIT}`,
  "file header": (run) =>
    `${HEAD}\nx\n---\ndiff --git a/${run}x b/${run}x\n--- a/${run}x\n+++ b/${run}x\n@@ -1 +1 @@\n`,
  "section of a hunk": (run) => `${HEAD}\nx\n---\n${GIT}@@ -1 +1 @@ ${run}x\n-a\n+b\n`,
  "numbers of a hunk": (run) => `${HEAD}\nx\n---\n${GIT}@@ -1${run}x +1 @@\n-a\n+b\n`,
  "line of C": (run) => `${HEAD}\nx\n---\n${GIT}@@ -1 +1,4 @@\n-a\n+int f(void)\n+{\n+${run}x\n+}\n`,
  "head of a function": (run) =>
    `${HEAD}\nx\n---\n${GIT}@@ -1 +1,4 @@\n-a\n+int ${run}f(void)\n+{\n+x;\n+}\n`,
  crash: (run) => `${HEAD}\nBUG: unable to handle page fault ${run}x\nCall Trace:\n ${run}x\n`,
  "end of a page": (run) => `From: A @ 2024-01-01  1:00 UTC${run}x\nMessage ID${run}x\n* ${run}x\n`,
};
/** One of each class of characters that the patterns tell apart, and the signs that C and Markdown bracket with. */
const RUNS = [
  ...' \ta0A.-=+*<>()[]{}"\\:;,@#%_/|~\r',
  "/*",
  "/**/",
  "=?",
  "8<",
  "a ",
  "a,",
  "a.",
  "\n",
  "\n\n ",
  "\u2028",
  "é",
];
test("each place of a mail stretched by each class of characters", () => {
  const slow: string[] = [];
  const once = (text: string): number => cost(Buffer.from(text), 1);
  for (const [name, place] of Object.entries(PLACES))
    for (const run of RUNS) {
      const at = (n: number) => once(place(run.repeat(Math.ceil(n / run.length))));
      // Quadratic work on so much takes long, linear work some milliseconds; only what is slow is looked at again, at sizes
      // at which the garbage collector and the compiler say little.
      if (at(20_000) < 40 || at(20_000) < 40) continue;
      const [small, large] = [Math.min(at(160_000), at(160_000)), at(640_000)];
      // Where other programs take the processor a single measure says little.
      if (large / small > 9 && at(640_000) / small > 9)
        slow.push(`${name} of ${JSON.stringify(run)}: ${small.toFixed(0)} and ${large.toFixed(0)} ms`);
    }
  assert.deepEqual(slow, []);
});

test("shapes of a pattern: each way, each endless part by its first and its last character", () => {
  assert.deepEqual(shapesOf({ source: "^(?:a|bc)x*[ \\t]+$", flags: "", text: "" }), [
    { head: "ax ", pumped: "", tail: "" },
    { head: "bcx ", pumped: "", tail: "" },
    { head: "ax", pumped: "x", tail: " " },
    { head: "ax ", pumped: " ", tail: "" },
    { head: "ax ", pumped: "\t", tail: "" },
  ]);
});

test("what each pattern of the reader matches, many times over and with each part of it long", () => {
  const slow: string[] = [];
  const shapes = readerShapes(process.env["FOLIOSCOPE_ROOT"]!);
  assert.ok(shapes.size > 200, `${shapes.size} patterns`);
  // Of a pattern six shapes at once, the growing ones first; the rest is drawn by `npm run fuzz -- MINUTES --surface sizes`.
  for (const [pattern, all] of shapes)
    for (const growth of ["lines", "cut"] as const) {
      const list = all.filter((s) => (growth === "cut") === (s.pumped !== "")).slice(0, 6);
      if (list.length === 0) continue;
      const mailbox = (n: number) => {
        const lines = list.flatMap((s) => grown(s, growth, n));
        const mails = [MAILS["patch"]!(lines), MAILS["reply"]!(lines)];
        return Buffer.from(mails.map((m) => `From a@b.c Thu Jan  1 00:00:00 1970\n${m}\n`).join(""));
      };
      // One that backtracks takes long on so much. What is slow is looked at again, larger.
      const at = (n: number, rounds: number) => cost(mailbox(n), rounds);
      if (at(3000, 1) < 50 || at(3000, 2) < 50) continue;
      const [small, large] = [at(10_000, 2), at(40_000, 2)];
      if (large / small > 8)
        slow.push(`${pattern} ${growth}: ${small.toFixed(0)} and ${large.toFixed(0)} ms`);
    }
  assert.deepEqual(slow, []);
});

for (const [k, header] of HOSTILE_HEADERS.entries())
  SHAPES[`hostile header ${k}`] = (n) => `${header}\n${HEAD}\n${many("> some words = -- {x}\n")(n)}`;

/** Least CPU time of some readings, in milliseconds. */
function cost(input: Buffer, rounds: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let k = 0; k < rounds; k++) {
    const start = process.cpuUsage();
    const doc = parseDocument(input, "x");
    for (const patch of doc.patches) patch.functions;
    const { user, system } = process.cpuUsage(start);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}

const SIZE = 30_000;

for (const [name, shape] of Object.entries(SHAPES))
  test(`linear: ${name}`, () => {
    cost(Buffer.from(shape(2000)), 2);
    const small = cost(Buffer.from(shape(SIZE)), 3);
    const large = cost(Buffer.from(shape(4 * SIZE)), 3);
    // Below some milliseconds the clock says nothing. A second look before it is called a failure.
    if (large < 40 || large / small < 8) return;
    const huge = cost(Buffer.from(shape(16 * SIZE)), 3);
    assert.ok(
      huge / large < 9,
      `${small.toFixed(1)}, ${large.toFixed(1)}, ${huge.toFixed(1)} ms for 30, 120, 480 kB`,
    );
  });
