/**
 * Colours that a grammar cannot give: which line is a diff line at which quoting depth, which is a remark. One token per
 * run of text and line; token types are mapped to theme scopes in package.json, so that every theme colours them.
 */
import type { ParsedDocument } from "../mail/types.ts";
import type { Snapshot } from "./snapshot.ts";

/** The legend; order is part of the protocol. */
export const TOKEN_TYPES = [
  "patchAdded",
  "patchRemoved",
  "patchHunk",
  "patchFile",
  "mailHeader",
  "mailQuote",
  "mailQuoteDeep",
  "mailTrailer",
  "mailRemark",
] as const;
export type TokenType = (typeof TOKEN_TYPES)[number];

export interface Token {
  readonly docLine: number;
  readonly col: number;
  readonly length: number;
  readonly type: TokenType;
}

const FILE_LINE =
  /^(?:diff --|index [0-9a-f]+\.\.|--- |\+\+\+ |(?:new|deleted|old) (?:file )?mode |(?:rename|copy) (?:from|to) |similarity index |Binary files )/;
const QUOTE = /^(?:[>|] ?)+/;

export function semanticTokens(snapshot: Snapshot): Token[] {
  const { parsed } = snapshot;
  const special = specialLines(parsed);
  const tokens: Token[] = [];
  const add = (docLine: number, col: number, end: number, type: TokenType) => {
    if (end > col) tokens.push({ docLine, col, length: end - col, type });
  };
  for (let i = 0; i < parsed.lines.length; i++) {
    const text = parsed.lines[i]!;
    const docLine = i + 1;
    const ref = snapshot.lines.get(docLine);
    const diff = ref?.line.docLine === docLine ? ref.line : undefined;
    const quote = diff ? text.slice(0, diff.col) : (QUOTE.exec(text)?.[0] ?? "");
    const depth = quote.replace(/[^>|]/g, "").length;
    if (depth > 0) add(docLine, 0, quote.length, depth > 1 ? "mailQuoteDeep" : "mailQuote");
    const start = quote.length;
    if (diff) {
      if (diff.kind === "+") add(docLine, start, text.length, "patchAdded");
      else if (diff.kind === "-") add(docLine, start, text.length, "patchRemoved");
      continue;
    }
    const kind = special.get(docLine);
    if (kind === "mailHeader") {
      const colon = text.indexOf(":");
      if (colon > 0 && !/^\s/.test(text)) add(docLine, start, colon + 1, "mailHeader");
    } else if (kind === "patchHunk") {
      const at = text.indexOf("@@");
      if (at >= 0) add(docLine, at, at + (/^@@[^@]*@@/.exec(text.slice(at))?.[0].length ?? 2), "patchHunk");
    } else if (kind === "patchFile") {
      if (FILE_LINE.test(text.slice(start))) add(docLine, start, text.length, "patchFile");
    } else if (kind) add(docLine, start, text.length, kind);
  }
  return tokens;
}

/** Lines with a meaning of their own that are no diff lines. */
function specialLines(parsed: ParsedDocument): Map<number, TokenType> {
  const special = new Map<number, TokenType>();
  for (const m of parsed.messages) {
    for (const h of m.headers) special.set(h.docLine, "mailHeader");
    for (const t of m.trailers) special.set(t.docLine, "mailTrailer");
  }
  for (const p of parsed.patches) {
    for (const t of p.trailers) special.set(t.docLine, "mailTrailer");
    for (const remark of [...p.comments, ...p.remarks])
      for (let n = remark.docLine; n <= remark.endDocLine; n++) special.set(n, "mailRemark");
    for (const f of p.files) {
      const end = f.hunks[0]?.line ?? f.docLine + 6;
      for (let n = f.docLine; n < end && n < f.docLine + 12; n++) special.set(n, "patchFile");
      for (const h of f.hunks) special.set(h.line, "patchHunk");
    }
  }
  return special;
}
