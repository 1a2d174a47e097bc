// Digests of mailing lists as Mailman sends them (RFC 1153): many mails in one, parted by lines of dashes. The archive's
// own words around them, the table of contents and the footer, stay with the first message.

import { headerValue, isHeaderLine, readHeaders } from "./headers.ts";
import type { Header } from "./types.ts";

export interface DigestPart {
  headers: Header[];
  /** 0-based body lines: first of the headers, first of the text, first behind the part. */
  from: number;
  body: number;
  to: number;
}

const SUBJECT = /\bDigest, Vol \d+, Issue \d+|\bdigest\b.{0,80}?\bV?\d{1,9} ?#\d/i;

/** Does the subject announce a digest? */
export function isDigest(headers: Header[]): boolean {
  return SUBJECT.test(headerValue(headers, "subject") ?? "");
}

/** The mails of a digest. `docLine` of a header is its body line plus one. */
export function readDigest(lines: string[]): DigestPart[] {
  const parts: DigestPart[] = [];
  const close = (at: number) => {
    const last = parts[parts.length - 1];
    if (last && last.to < 0) last.to = at;
  };
  for (let i = 0; i < lines.length; i++) {
    if (!/^-{30}(?:-{40})?$/.test(lines[i]!.trimEnd())) continue;
    let at = i + 1;
    while (at < lines.length && (lines[at]!.trim() === "" || /^Message: \d+$/.test(lines[at]!.trim()))) at++;
    if (at >= lines.length || !isHeaderLine(lines[at]!)) {
      if (/^End of .*Digest/i.test(lines[at] ?? "")) close(i);
      continue;
    }
    const block = readHeaders(lines, at);
    const subject = headerValue(block.headers, "subject");
    if (headerValue(block.headers, "from") === null) {
      if (subject !== null && /digest footer/i.test(subject)) close(i);
      continue;
    }
    close(i);
    parts.push({ headers: block.headers, from: at, body: Math.min(block.end, lines.length), to: -1 });
    i = Math.max(i, block.end - 1);
  }
  close(lines.length);
  return parts;
}
