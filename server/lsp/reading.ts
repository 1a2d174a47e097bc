/**
 * A text read, and what is said of it without running anything: outline, folds, hovers, tokens, marks of what a mailer damaged with
 * their repairs. For editors in a browser, where the emulator is not; bundled with stand-ins for Node (tools/browser.mjs), so
 * nothing here opens a file. Leaves out threads, results and the protocol (server.ts).
 */
import type { CodeAction, Diagnostic, DocumentSymbol, FoldingRange, Hover } from "vscode-languageserver/node";
import { repairs } from "../features/code_action.ts";
import { everyMark, marks } from "../features/diagnostics.ts";
import { outline } from "../features/document_symbol.ts";
import { folds } from "../features/folding.ts";
import { hover } from "../features/hover.ts";
import { semanticTokens } from "../features/semantic_tokens.ts";
import { indexLines, type Snapshot } from "../features/snapshot.ts";
import { parseDocument } from "../parse.ts";
import { DEFAULT_SETTINGS, type ReadableMailResult } from "../protocol.ts";
import { readableMail } from "../readable.ts";
import { looksLikePatch } from "../sniff.ts";
import {
  docLineOf,
  toCodeActions,
  toDiagnostic,
  toFold,
  toHover,
  toRepairAll,
  toSymbol,
  toTokenData,
} from "./to_proto.ts";

export { TOKEN_TYPES } from "../features/semantic_tokens.ts";

/** One text at one version. */
export class ReadText {
  /** Neither mail nor diff: nothing is said of it. */
  readonly isForeign: boolean;
  /** Shows lines of a diff. */
  readonly hasDiff: boolean;
  readonly #snapshot: Snapshot;
  readonly #path: string;

  /** `plain`: the editor knows no language for it, so that it has to look like a patch. */
  constructor(uri: string, version: number, text: string, path: string, plain: boolean) {
    this.isForeign = plain && !looksLikePatch(text);
    const parsed = parseDocument(this.isForeign ? "" : text, path);
    this.hasDiff = parsed.patches.some((p) => p.files.length > 0);
    this.#path = path;
    this.#snapshot = {
      uri,
      version,
      parsed,
      lines: indexLines(parsed),
      state: this.isForeign ? "foreign" : "none",
      review: undefined,
      progress: { done: 0, total: 0, what: "" },
      queued: 0,
      settings: DEFAULT_SETTINGS,
      readOnly: true,
    };
  }

  diagnostics(): Diagnostic[] {
    return this.isForeign ? [] : marks(this.#snapshot).map((m) => toDiagnostic(this.#snapshot, m));
  }

  symbols(): DocumentSymbol[] {
    return this.isForeign ? [] : outline(this.#snapshot).map((n) => toSymbol(this.#snapshot, n));
  }

  folds(): FoldingRange[] {
    return this.isForeign ? [] : folds(this.#snapshot).map((f) => toFold(this.#snapshot, f));
  }

  /** `line` is the editor's, from 0. */
  hover(line: number): Hover | undefined {
    const text = this.isForeign ? undefined : hover(this.#snapshot, docLineOf(this.#snapshot, line));
    return text === undefined ? undefined : toHover(this.#snapshot, text);
  }

  tokens(): number[] {
    return this.isForeign ? [] : toTokenData(this.#snapshot, semanticTokens(this.#snapshot));
  }

  /** What the light bulb offers on the lines `from` to `to` of the editor. */
  actions(from: number, to: number): CodeAction[] {
    if (this.isForeign) return [];
    const s = this.#snapshot;
    const here = everyMark(s).filter((m) => {
      const { start, end } = toDiagnostic(s, m).range;
      return start.line <= to && end.line >= from;
    });
    const all = here.some((m) => m.fix) ? toRepairAll(s, repairs(s.parsed)) : null;
    return [...here.flatMap((m) => toCodeActions(s, m)), ...(all === null ? [] : [all])];
  }

  readable(repaired: boolean): ReadableMailResult {
    return readableMail(this.#snapshot.parsed, this.#path, repaired);
  }
}
