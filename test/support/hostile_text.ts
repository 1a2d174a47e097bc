/**
 * Strings that a terminal, an editor or Markdown would obey, by their kinds; a mail and a result that have one wherever they
 * show anything; and what must reach no surface. Leaves out the surfaces.
 */

/** What must reach no surface, by number and not by the product's own list. */
export function obeyed(text: string, lines: boolean): string {
  for (const c of text) {
    const n = c.codePointAt(0)!;
    const bad =
      (n < 32 && n !== 9 && !(lines && n === 10)) ||
      (n >= 0x7f && n < 0xa0) ||
      (n >= 0x202a && n <= 0x202e) ||
      (n >= 0x2066 && n <= 0x2069) ||
      [0x61c, 0x200e, 0x200f, 0x2028, 0x2029, 0xfeff, 0x200b].includes(n) ||
      (n >= 0xd800 && n <= 0xdfff) ||
      (n >= 0xe0000 && n <= 0xe007f);
    if (bad) return `U+${n.toString(16)} in ${JSON.stringify(text.slice(0, 200))}`;
  }
  return "";
}

const C1 = String.fromCharCode(0x9b);
const BIDI = [0x61c, 0x200e, 0x200f, 0x202a, 0x202d, 0x202e, 0x2066, 0x2069].map((n) =>
  String.fromCodePoint(n),
);
/** By kind. In a mail's line there is no line break; in a result there may be one. */
export const HOSTILE: Record<string, string> = {
  colour: "\x1b[31mred\x1b[0m",
  title: "\x1b]0;owned\x07",
  "title ended by ST": "\x1b]0;owned\x1b\\",
  "hyperlink of a terminal": "\x1b]8;;https://evil.example/\x07x\x1b]8;;\x07",
  clipboard: "\x1b]52;c;ZXZpbA==\x07",
  "clear by C1": `${C1}2J`,
  "other C1": String.fromCharCode(0x90, 0x9d, 0x85, 0x80),
  bells: "\x07\x08\x7f\x0e",
  direction: BIDI.join("x"),
  "no width": "\u200b\ufeff\u2028\u2029\u00ad\u{e0041}",
  backtick: "a`b",
  backticks: "``` x `` y ```",
  "leaves its span": "`![i](https://evil.example/x.png)[c](command:workbench.action.quit)`",
  image: "![i](https://evil.example/x.png)",
  link: "[c](command:folioscope.simulate)",
  "link by reference": "[c][r] [r]: https://evil.example/",
  address: "https://evil.example/x www.evil.example a@evil.example <https://evil.example>",
  HTML: "<img src=https://evil.example/x.png><b>x</b><!-- &lt;",
  emphasis: "**x** __y__ ~~z~~ _u_",
  table: "| a | b |",
  heading: "# x",
  quote: "> x",
  list: "- x",
  "numbered list": "1. x",
  rule: "---",
  icon: "$(zap)",
  "escaped already": "\\`\\[x\\](y)\\",
};

const octal = (text: string): string =>
  `"${[...Buffer.from(text)].map((b) => (b < 32 || b > 126 || b === 34 || b === 92 ? `\\${b.toString(8).padStart(3, "0")}` : String.fromCharCode(b))).join("")}"`;

/** A mail that shows `evil` wherever a mail shows anything. */
export function mailWith(evil: string, quoted: boolean): string {
  const word = `=?utf-8?b?${Buffer.from(evil).toString("base64")}?=`;
  const path = `fs/${evil.replaceAll("/", "_")}.c`;
  const q = quoted ? "> " : "";
  const body = [
    `${q}The message. ${evil}`,
    `${q}Reported-by: ${evil} <a@example.org>`,
    `${q}---`,
    `${q} ${path} | 3 ++-`,
    `${q}diff --git ${octal(`a/${path}`)} ${octal(`b/${path}`)}`,
    `${q}--- ${octal(`a/${path}`)}`,
    `${q}+++ ${octal(`b/${path}`)}`,
    `${q}@@ -1,5 +1,6 @@ ${evil}`,
    `${q} static int f(void)`,
    `${q} {`,
    `${q} \tint a; /* ${evil} */`,
    `${q}-\ta = 1; /* ${evil} */`,
    `${q}+\ta = 2; /* ${evil} */`,
    `${q}+\ta += 1; /* ${evil} */`,
    ...(quoted ? ["", `Why? ${evil}`, ""] : []),
    `${q} }`,
    "",
    `BUG: unable to handle page fault, ${evil}`,
    ` ? ${evil}+0x1/0x2`,
  ].join("\n");
  return [
    `From: ${word} <a@example.org>`,
    `Subject: ${quoted ? "Re: " : ""}[PATCH] ${word}`,
    `Message-ID: <${evil.replace(/[\s<>]/g, "")}@example.org>`,
    `Content-Type: multipart/mixed; boundary="x"`,
    "",
    "--x",
    `Content-Type: text/plain; charset="${evil.replaceAll('"', "")}"`,
    "Content-Transfer-Encoding: base64",
    "",
    Buffer.from(body).toString("base64"),
    "--x",
    `Content-Type: text/x-patch; name="${evil.replaceAll('"', "")}.patch"`,
    "",
    body,
    "--x--",
  ].join("\n");
}

/** Words of the result's own that no surface takes from outside. */
const OWN: ReadonlySet<string> = new Set([
  "kind",
  "by",
  "verdict",
  "severity",
  "side",
  "role",
  "fidelity",
  "outcome",
  "name",
  "path",
  "tree",
]);

/** A result whose every text that may come from outside has the string in it, on two lines. */
export function spoil<T>(value: T, evil: string, key = ""): T {
  if (typeof value === "string") return (OWN.has(key) ? value : `${value} ${evil}\n${evil}`) as T;
  if (Array.isArray(value)) return value.map((v) => spoil(v, evil, key)) as T;
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, spoil(v, evil, k)])) as T;
}
