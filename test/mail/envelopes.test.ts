// What a patch can be wrapped in: each form holds the same patch, which must come out of it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { parseDocument } from "../../server/parse.ts";
import { checkPositions } from "../support/check_positions.ts";
import { DIFF } from "../support/knob.ts";

const head = (id = "one", name = "Ada Byron", title = "fs: knob: take care") =>
  `From: ${name} <ada@example.org>\nDate: Mon, 6 Jan 2025 10:00:00 +0000\nMessage-ID: <${id}@example.org>\nSubject: [PATCH] ${title}\n`;
const BODY = `Knobs may be null.\n\nSigned-off-by: Ada Byron <ada@example.org>\n---\n${DIFF}-- \n2.47.0\n`;
const base64 = (s: string) => `${Buffer.from(s).toString("base64").replace(/.{76}/g, "$&\n")}\n`;
const escaped = (s: string) => s.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
const html = (s: string) => `<html><body><p>Knobs may be null.</p><pre>${escaped(s)}</pre></body></html>`;
const multipart = (kind: string, ...parts: string[]) =>
  `${head()}MIME-Version: 1.0\nContent-Type: multipart/${kind}; boundary="XX"\n\n${parts.map((p) => `--XX\n${p}\n`).join("")}--XX--\n`;

function uuencode(text: string): string {
  const bytes = Buffer.from(text);
  const char = (v: number) => (v ? String.fromCharCode(32 + v) : "`");
  let out = "begin 644 knob.patch\n";
  for (let i = 0; i < bytes.length; i += 45) {
    const line = bytes.subarray(i, i + 45);
    out += char(line.length);
    for (let j = 0; j < line.length; j += 3) {
      const [a, b, c] = [line[j]!, line[j + 1] ?? 0, line[j + 2] ?? 0];
      out += char(a >> 2) + char(((a & 3) << 4) | (b >> 4)) + char(((b & 15) << 2) | (c >> 6)) + char(c & 63);
    }
    out += "\n";
  }
  return `${out}\`\nend\n`;
}

function read(input: string | Buffer) {
  const doc = parseDocument(input, "test", { crossCheck: true });
  checkPositions(doc);
  return doc;
}

const FORMS: Record<string, string | Buffer> = {
  "HTML only": `${head()}Content-Type: text/html; charset=utf-8\n\n${html(DIFF)}`,
  "HTML only, base64": `${head()}Content-Type: text/html\nContent-Transfer-Encoding: base64\n\n${base64(html(DIFF))}`,
  "HTML beside an empty plain text": multipart(
    "alternative",
    "Content-Type: text/plain\n\n \n",
    `Content-Type: text/html\n\n${html(DIFF)}`,
  ),
  "uuencoded in the text": `${head()}\nKnobs may be null.\n\n${uuencode(DIFF)}`,
  "uuencoded as a whole": `${head()}Content-Type: text/plain\nContent-Transfer-Encoding: x-uuencode\n\n${uuencode(BODY)}`,
  alternative: multipart(
    "alternative",
    `Content-Type: text/plain\n\n${BODY}`,
    `Content-Type: text/html\n\n${html("x")}`,
  ),
  "signed, and mixed inside": multipart(
    "signed",
    `Content-Type: multipart/mixed; boundary="YY"\n\n--YY\nContent-Type: text/plain\n\n${BODY}\n--YY\nContent-Type: application/pgp-keys\n\nxx\n--YY--\n`,
    "Content-Type: application/pgp-signature\n\n-----BEGIN PGP SIGNATURE-----\n",
  ),
  "S/MIME signature": multipart(
    "signed",
    `Content-Type: text/plain\n\n${BODY}`,
    "Content-Type: application/x-pkcs7-signature; name=smime.p7s\nContent-Transfer-Encoding: base64\n\nMIIF\n",
  ),
  "flowed, DelSp": `${head()}Content-Type: text/plain; format=flowed; delsp=yes\n\nKnobs may  \nbe null.\n---\n${DIFF.replace(/^ /gm, "  ")}`,
  "carriage returns only": `${head()}\n${BODY}`.replace(/\n/g, "\r"),
  "line ends mixed": `${head()}\n${BODY}`.replace(/\n(?=[+ ])/g, "\r\n"),
  "RFC 2231 name": multipart(
    "mixed",
    "Content-Type: text/plain\n\nKnobs may be null.\n",
    `Content-Type: application/octet-stream; name*0*=utf-8''caf%C3%A9; name*1=".patch"\nContent-Disposition: attachment; filename*=utf-8''caf%C3%A9.patch\nContent-Transfer-Encoding: base64\n\n${base64(DIFF)}`,
  ),
  "gzipped attachment": multipart(
    "mixed",
    "Content-Type: text/plain\n\nKnobs may be null.\n",
    `Content-Type: application/gzip; name=a.patch.gz\nContent-Disposition: attachment\nContent-Transfer-Encoding: base64\n\n${gzipSync(DIFF).toString("base64")}\n`,
  ),
  "no blank line behind the headers": head() + BODY,
  "a boundary that is nowhere": `${head()}Content-Type: multipart/mixed; boundary=ZZ\n\n${BODY}`,
  "UTF-16": Buffer.from(`\ufeff${head()}\n${BODY}`, "utf16le"),
  "attached mail": multipart(
    "mixed",
    "Content-Type: text/plain\n\nsee below\n",
    `Content-Type: message/rfc822\n\n${head("two")}\n${BODY}`,
  ),
  "attached mail, base64 as a whole": multipart(
    "mixed",
    "Content-Type: text/plain\n\nsee below\n",
    `Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n${base64(`${head("two")}\n${BODY}`)}`,
  ),
  "nothing but a mail": `${head("outer", "Bob Day", "outer")}Content-Type: message/rfc822\n\n${head("two")}\n${BODY}`,
};

for (const [name, input] of Object.entries(FORMS))
  test(`form: ${name}`, () => {
    const doc = read(input);
    assert.equal(doc.patches.length, 1, JSON.stringify(doc.problems));
    const patch = doc.patches[0]!;
    assert.equal(patch.author, "Ada Byron <ada@example.org>");
    assert.equal(patch.subject, "fs: knob: take care");
    assert.match(patch.commitMessage, /^Knobs may be null\./);
    assert.deepEqual(
      patch.files.map((f) => [f.path, f.added, f.removed]),
      [["fs/knob.c", 2, 1]],
    );
    assert.deepEqual(
      patch.functions.map((f) => [f.name, f.visible]),
      [["knob_put", "whole"]],
    );
    if (/attached mail|nothing but/.test(name)) assert.equal(patch.messageId, "two@example.org");
  });

test("what cannot be read is said", () => {
  const whole = (type: string) =>
    `${head()}Content-Type: ${type}\nContent-Transfer-Encoding: base64\n\neJ8+Ig==\n`;
  for (const [code, mail] of [
    ["mime-tnef", whole("application/ms-tnef; name=winmail.dat")],
    [
      "mime-tnef",
      multipart(
        "mixed",
        "Content-Type: text/plain\n\nhi\n",
        "Content-Type: application/octet-stream; name=winmail.dat\n\nxx",
      ),
    ],
    ["mime-smime", whole("application/pkcs7-mime; smime-type=signed-data; name=smime.p7m")],
    [
      "mime-encrypted",
      multipart(
        "encrypted",
        "Content-Type: application/pgp-encrypted\n\nVersion: 1\n",
        "Content-Type: application/octet-stream\n\nxx",
      ),
    ],
    ["mime-html", FORMS["HTML only"]],
  ] as const)
    assert.ok(
      read(mail!).problems.some((p) => p.code === code),
      code,
    );
});

test("digests: of Mailman (RFC 1153) and as MIME", () => {
  const second = `${head("two", "Bob Day", "mm: knob")}`;
  const mm = BODY.replaceAll("fs/knob", "mm/knob");
  const mailman = `From: list-request@example.org\nSubject: Linux-foo Digest, Vol 1, Issue 2\nMessage-ID: <d@x>\n\nToday's Topics:\n\n   1. [PATCH] fs: knob: take care (Ada)\n\n${"-".repeat(70)}\n\nMessage: 1\n${head()}\n${BODY}\n${"-".repeat(30)}\n\nMessage: 2\n${second}\n${mm}\n${"-".repeat(30)}\n\nSubject: Digest Footer\n\n____\nlist\n\n${"-".repeat(30)}\n\nEnd of Linux-foo Digest, Vol 1, Issue 2\n****\n`;
  const doc = read(mailman);
  assert.deepEqual(
    doc.messages.map((m) => m.messageId),
    ["d@x", "one@example.org", "two@example.org"],
  );
  const mime = read(multipart("digest", `\n${head()}\n${BODY}`, `\n${second}\n${mm}`));
  for (const { patches } of [doc, mime])
    assert.deepEqual(
      patches.map((p) => [p.author, p.subject, p.messageId, p.files[0]!.path]),
      [
        ["Ada Byron <ada@example.org>", "fs: knob: take care", "one@example.org", "fs/knob.c"],
        ["Bob Day <ada@example.org>", "mm: knob", "two@example.org", "mm/knob.c"],
      ],
    );
});

test("charsets: names that mailers use, and the code pages of DOS", () => {
  const commit = (charset: string, bytes: string) =>
    read(
      Buffer.from(
        `${head()}Content-Type: text/plain; charset=${charset}\n\nCaf${bytes}\n---\n${DIFF}`,
        "latin1",
      ),
    ).patches[0]!.commitMessage;
  for (const charset of ["cp-1252", "CP1252", "iso_8859-1", "latin-1", "ISO8859-1", '"iso-8859-1"'])
    assert.equal(commit(charset, "\xe9"), "Café", charset);
  for (const charset of ["cp850", "IBM850", "cp437"]) assert.equal(commit(charset, "\x82"), "Café", charset);
  for (const charset of ["utf8", "UTF-8", "unicode-1-1-utf-8", "x-nothing", "us-ascii"])
    assert.equal(commit(charset, "\xc3\xa9"), "Café", charset);
});
