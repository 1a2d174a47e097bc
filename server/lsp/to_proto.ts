/**
 * Editor terms to Language Server Protocol values: the only place that builds them. Lines of the readable rendering
 * become lines of the document as the editor has it (they differ where a mail is encoded).
 */

import {
  type CodeAction,
  CodeActionKind,
  type CodeLens,
  type Diagnostic,
  DiagnosticSeverity,
  DiagnosticTag,
  type DocumentLink,
  type DocumentSymbol,
  type FoldingRange,
  FoldingRangeKind,
  type Hover,
  type Location,
  MarkupKind,
  type Range,
  SymbolKind,
  type TextEdit,
} from "vscode-languageserver/node";
import { ruleOf } from "../../emulator/invariants/registry.ts";
import { isRepairable, type Repair } from "../features/code_action.ts";
import type { Lens } from "../features/code_lens.ts";
import type { Mark } from "../features/diagnostics.ts";
import type { OutlineKind, OutlineNode } from "../features/document_symbol.ts";
import type { Fold } from "../features/folding.ts";
import type { HoverText } from "../features/hover.ts";
import type { Link } from "../features/links.ts";
import { TOKEN_TYPES, type Token } from "../features/semantic_tokens.ts";
import type { Snapshot } from "../features/snapshot.ts";
import {
  COMMAND_COPY_REPLY,
  COMMAND_OPEN_REPAIRED,
  COMMAND_SHOW_PANEL,
  COMMAND_STEP,
  DOCUMENT_SCHEME,
  RULE_PATH,
} from "../protocol.ts";
import { labelText, terminalLines, terminalText } from "../report/text.ts";
import type { Severity } from "../review/types.ts";

const SEVERITY: Record<Severity, DiagnosticSeverity> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
};

const SYMBOL: Record<OutlineKind, SymbolKind> = {
  series: SymbolKind.Package,
  patch: SymbolKind.Module,
  file: SymbolKind.File,
  hunk: SymbolKind.Namespace,
  function: SymbolKind.Function,
  remark: SymbolKind.String,
  message: SymbolKind.Event,
  crash: SymbolKind.Event,
};

/** 0-based line of the editor's document for a line of the rendering. */
export function editorLine({ parsed }: Snapshot, docLine: number): number {
  const line = parsed.rawLines ? (parsed.rawLines[docLine - 1] ?? 1) : docLine;
  return Math.max(0, line - 1);
}

/** The line of the rendering that the editor's line shows; the first one where several come from it. */
export function docLineOf({ parsed }: Snapshot, line: number): number {
  if (!parsed.rawLines) return line + 1;
  const at = parsed.rawLines.indexOf(line + 1);
  return at < 0 ? 0 : at + 1;
}

function range(snapshot: Snapshot, docLine: number, col: number, endDocLine: number, endCol: number): Range {
  const line = editorLine(snapshot, docLine);
  const endLine = Math.max(line, editorLine(snapshot, endDocLine));
  if (snapshot.parsed.rawLines) {
    // Columns of the rendering mean nothing in the encoded text.
    return { start: { line, character: 0 }, end: { line: endLine, character: 2 ** 31 - 1 } };
  }
  const end = endCol >= 0 ? endCol : (snapshot.parsed.lines[endDocLine - 1]?.length ?? 0);
  return {
    start: { line, character: col },
    end: { line: endLine, character: endLine === line ? Math.max(end, col) : end },
  };
}

function wholeLines(snapshot: Snapshot, docLine: number, endDocLine: number): Range {
  return range(snapshot, docLine, 0, endDocLine, -1);
}

export function toDiagnostic(snapshot: Snapshot, mark: Mark): Diagnostic {
  return {
    range: range(snapshot, mark.docLine, mark.col, mark.endDocLine, mark.endCol),
    severity: SEVERITY[mark.severity],
    code: terminalText(mark.code),
    // Functions that run by themselves have rules without a page.
    ...(ruleOf(mark.code) === undefined
      ? {}
      : { codeDescription: { href: `${DOCUMENT_SCHEME}:${RULE_PATH}${mark.code}.md` } }),
    source: "folioscope",
    message: terminalLines(mark.message),
    ...(mark.stale === true ? { tags: [DiagnosticTag.Unnecessary] } : {}),
    ...(mark.related.length > 0
      ? {
          relatedInformation: mark.related.map((r) => ({
            location: { uri: snapshot.uri, range: wholeLines(snapshot, r.docLine, r.docLine) },
            message: terminalText(r.message),
          })),
        }
      : {}),
  };
}

export function toHover(snapshot: Snapshot, hover: HoverText): Hover {
  return {
    contents: { kind: MarkupKind.Markdown, value: hover.markdown },
    range: range(snapshot, hover.docLine, hover.col, hover.docLine, hover.endCol),
  };
}

export function toCodeLens(snapshot: Snapshot, lens: Lens): CodeLens {
  const line = editorLine(snapshot, lens.docLine);
  return {
    range: { start: { line, character: 0 }, end: { line, character: 0 } },
    command: { title: labelText(lens.title), command: lens.command, arguments: [lens.argument] },
  };
}

export function toSymbol(snapshot: Snapshot, node: OutlineNode): DocumentSymbol {
  return {
    name: labelText(node.name.trim()) || node.kind,
    detail: labelText(node.detail),
    kind: SYMBOL[node.kind],
    range: wholeLines(snapshot, node.docLine, node.endDocLine),
    selectionRange: wholeLines(snapshot, node.docLine, node.docLine),
    children: node.children.map((c) => toSymbol(snapshot, c)),
  };
}

export function toFold(snapshot: Snapshot, fold: Fold): FoldingRange {
  return {
    startLine: editorLine(snapshot, fold.docLine),
    endLine: editorLine(snapshot, fold.endDocLine),
    kind: FoldingRangeKind.Region,
  };
}

export function toLink(snapshot: Snapshot, link: Link): DocumentLink {
  return {
    range: range(snapshot, link.docLine, link.col, link.docLine, link.endCol),
    target: link.target,
    tooltip: terminalText(link.tooltip),
  };
}

export function toLocation(snapshot: Snapshot, docLine: number): Location {
  return { uri: snapshot.uri, range: wholeLines(snapshot, docLine, docLine) };
}

/** Relative encoding: five numbers per token, in document order. */
export function toTokenData(snapshot: Snapshot, tokens: readonly Token[]): number[] {
  if (snapshot.parsed.rawLines) return [];
  const data: number[] = [];
  let line = 0;
  let col = 0;
  for (const t of tokens) {
    const at = t.docLine - 1;
    if (at !== line) col = 0;
    data.push(at - line, t.col - col, t.length, TOKEN_TYPES.indexOf(t.type), 0);
    line = at;
    col = t.col;
  }
  return data;
}

/**
 * All repairs of a document as one action; null when there are fewer than two. What cannot be edited in its place (a mail that is
 * encoded, a copy of ours) is repaired in a new document.
 */
export function toRepairAll(snapshot: Snapshot, fixes: readonly Repair[]): CodeAction | null {
  if (fixes.length > 0 && !isRepairable(snapshot)) {
    const places = fixes.length === 1 ? "the damaged place" : `all ${fixes.length} damaged places`;
    const title = `Open a readable copy with ${places} repaired`;
    const command = { title, command: COMMAND_OPEN_REPAIRED, arguments: [{ uri: snapshot.uri }] };
    return { title, kind: CodeActionKind.QuickFix, command };
  }
  if (fixes.length < 2) return null;
  return {
    title: `Repair all ${fixes.length} damaged places of this mail`,
    kind: CodeActionKind.QuickFix,
    edit: { changes: { [snapshot.uri]: fixes.map((fix) => toEdit(snapshot, fix)) } },
  };
}

function toEdit(snapshot: Snapshot, fix: Repair): TextEdit {
  return { range: range(snapshot, fix.docLine, fix.col, fix.endDocLine, -1), newText: fix.text };
}

/** What the light bulb offers on a mark: the parser's repair, or the trace of a finding. */
export function toCodeActions(snapshot: Snapshot, mark: Mark): CodeAction[] {
  const diagnostics = [toDiagnostic(snapshot, mark)];
  if (mark.finding !== undefined)
    return [
      {
        title: "Show the run of this finding",
        kind: CodeActionKind.QuickFix,
        diagnostics,
        command: {
          title: "Show Finding",
          command: COMMAND_SHOW_PANEL,
          arguments: [{ uri: snapshot.uri, finding: mark.finding }],
        },
      },
      ...(mark.steppable
        ? [
            {
              title: "Step through this run",
              kind: CodeActionKind.QuickFix,
              diagnostics,
              command: {
                title: "Step Through This Run",
                command: COMMAND_STEP,
                arguments: [{ uri: snapshot.uri, finding: mark.finding }],
              },
            },
          ]
        : []),
      {
        title: "Copy as review reply",
        kind: CodeActionKind.QuickFix,
        diagnostics,
        command: {
          title: "Copy Finding as Review Reply",
          command: COMMAND_COPY_REPLY,
          arguments: [{ uri: snapshot.uri, finding: mark.finding }],
        },
      },
    ];
  const fix = mark.fix;
  if (!fix || !isRepairable(snapshot)) return [];
  const edit = toEdit(snapshot, fix);
  const shown = fix.text.trim().length > 60 ? fix.text.trim().slice(0, 59) + "…" : fix.text.trim();
  return [
    {
      title: `Repair this line: ${labelText(shown)}`,
      kind: CodeActionKind.QuickFix,
      diagnostics,
      edit: { changes: { [snapshot.uri]: [edit] } },
    },
  ];
}
