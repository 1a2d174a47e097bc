// Mutations of mails, and what must hold for whatever comes out. Seeded: the same seed gives the same mail.
import { parseDocument } from "../../server/parse.ts";
import { checkPositions } from "./check_positions.ts";

export type Random = (below: number) => number;

/** A small seeded generator (mulberry32). */
export function makeRandom(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * below);
  };
}

/** The list in a drawn order. */
export function shuffled<T>(draw: Random, list: readonly T[]): T[] {
  const out = [...list];
  for (let i = out.length - 1; i > 0; i--) {
    const j = draw(i + 1);
    [out[i], out[j]] = [out[j]!, out[i]!];
  }
  return out;
}

/** Header values that have broken other readers. */
export const HOSTILE_HEADERS: readonly string[] = [
  "Content-Type: text/plain; charset=\0",
  "Content-Type: text/plain; charset==?UTF-8?q?x?=",
  "Content-Type: multipart/mixed; boundary=",
  'Content-Type: multipart/mixed; boundary=""',
  'Content-Type: multipart/mixed; boundary="-"',
  'Content-Type: ;;;=;="',
  "Content-Type: message/rfc822",
  "Content-Transfer-Encoding: base64",
  "Content-Transfer-Encoding: quoted-printable",
  "Content-Transfer-Encoding: x-nothing",
  "Subject: =?utf-8?b?////",
  "Subject: =?null?q?x?= =?utf-16?b?2AAAAA==?=",
  "Subject: [PATCH v99999999999 99999999/00000000] [[[[[",
  "Date: Mon, 99 Foo 99999 99:99:99 +9999999",
  "Date: 1",
  "From: <<<<<>>>>>@@@@",
  'From: =?utf-8?q?=00=ff?= <"@"@>',
  "References: <<><><<>>" + "<a@b> ".repeat(500),
  "Message-ID: <>",
  "In-Reply-To: " + "x".repeat(5000),
  ": no name",
  "X-" + "y".repeat(3000) + ": z",
];

const SPLICES: readonly string[] = [
  "@@ -1,1099511627776 +1,1099511627776 @@\n",
  "@@ -1 +1 @@\n",
  "@@ -0,0 +1,3 @@ static int f(void)\n",
  "@@ -9999999999999999999,1 +1,1 @@\n",
  "@@@ -1,2 -1,2 +1,3 @@@\n",
  "diff --git a/x.c b/x.c\n",
  'diff --git "a/\\777\\1 b/x\n',
  "--- a/x.c\n+++ b/x.c\n",
  "-- \n",
  "-- 8< --\n",
  "\\ No newline at end of file\n",
  "> > > ",
  ">>>>>>>>>>>>>>>>>>>>>>>>>>>>\n",
  "\0\0\0",
  "\xff\xfe\x80",
  "\r",
  "\n\n",
  "\t\u00a0",
  "[..]\n",
  "On X, Y wrote:\n",
  "GIT binary patch\nliteral 10\n",
  "BUG: KASAN: use-after-free in f+0x1/0x2\nCall Trace:\n",
  "-----BEGIN PGP SIGNED MESSAGE-----\n",
  "From x@y Thu Jan  1 00:00:00 1970\n",
  "=3D=\n=",
  "/*",
  "{",
  "}\n",
  '"',
  "#define A \\\n",
];

/** One to six mutations of `mail`; some splice in a piece of `other`. */
export function mutateMail(mail: Buffer, other: Buffer, random: Random): Buffer {
  let text = mail.toString("latin1");
  const count = 1 + random(6);
  for (let k = 0; k < count; k++) {
    const at = random(text.length + 1);
    switch (random(12)) {
      case 0:
        text = text.slice(0, at) + SPLICES[random(SPLICES.length)] + text.slice(at);
        break;
      case 1:
        text = text.slice(0, at) + text.slice(at + random(200));
        break;
      case 2: {
        const line = text.lastIndexOf("\n", at) + 1;
        text = text.slice(0, line) + SPLICES[random(SPLICES.length)] + text.slice(line);
        break;
      }
      case 3:
        text = `${HOSTILE_HEADERS[random(HOSTILE_HEADERS.length)]}\n${text}`;
        break;
      case 4:
        text = text.replace(/\n\n/, `\n${HOSTILE_HEADERS[random(HOSTILE_HEADERS.length)]}\n\n`);
        break;
      case 5: {
        const from = random(other.length);
        text =
          text.slice(0, at) +
          other.toString("latin1", from, Math.min(other.length, from + random(3000))) +
          text.slice(at);
        break;
      }
      case 6:
        text = text.slice(0, at) + String.fromCharCode(random(256)) + text.slice(at + 1);
        break;
      case 7: {
        const end = at + random(2000);
        text =
          text.slice(0, at) + text.slice(at, end).replace(/\n/g, random(2) ? "\n> " : " ") + text.slice(end);
        break;
      }
      case 8: {
        const end = at + random(1000);
        text = text.slice(0, end) + text.slice(at, end) + text.slice(end);
        break;
      }
      case 9:
        text = text.replace(
          /^@@ -\d+,\d+ \+\d+,\d+/m,
          `@@ -${random(900)},${random(90)} +${random(900)},${random(90)}`,
        );
        break;
      case 10: {
        const lines = text.split("\n");
        const a = random(lines.length);
        const b = random(lines.length);
        [lines[a], lines[b]] = [lines[b]!, lines[a]!];
        text = lines.join("\n");
        break;
      }
      default:
        text = text.slice(0, at);
        break;
    }
  }
  return Buffer.from(text, "latin1");
}

/** Reads a mail and checks all that must hold; says what failed, and how long a byte took. */
export function checkMail(mail: Buffer): { failure: string | null; nsPerByte: number } {
  // CPU time: a busy machine is no fault of the reader.
  const start = process.cpuUsage();
  let failure: string | null = null;
  try {
    const doc = parseDocument(mail, "fuzz", { crossCheck: true });
    // Found when first asked for: asked for here, so that they are part of the time.
    for (const patch of doc.patches) patch.functions;
    const { user, system } = process.cpuUsage(start);
    const spent = 1000 * (user + system);
    checkPositions(doc);
    const nsPerByte = spent / (mail.length + 20000);
    // A cold or busy machine is slow by a factor, not by orders: 20 us a byte is quadratic behaviour on these sizes.
    if (nsPerByte > 20000) failure = `${(spent / 1e6).toFixed(0)} ms for ${mail.length} bytes`;
    return { failure, nsPerByte };
  } catch (error) {
    return { failure: (error as Error).stack ?? String(error), nsPerByte: 0 };
  }
}
