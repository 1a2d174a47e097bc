/**
 * The scenario files that are open in the editor: read as they are typed, told in Problems, completed, and with a line over
 * them that says what they run. Leaves out what is said (features/scenario_file.ts), and mails.
 */
import {
  type CodeLens,
  type CompletionItem,
  CompletionItemKind,
  type Connection,
  DiagnosticSeverity,
  type TextDocumentContentChangeEvent,
} from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import {
  type Proposal,
  scenarioLenses,
  scenarioProblems,
  scenarioProposals,
} from "./features/scenario_file.ts";
import { documentUri } from "./lsp/params.ts";
import { labelText, messageText } from "./report/text.ts";
import { isScenarioPath } from "./scenarios/load.ts";

const KINDS: Readonly<Record<Proposal["kind"], CompletionItemKind>> = {
  step: CompletionItemKind.Function,
  field: CompletionItemKind.Field,
  value: CompletionItemKind.Value,
};

export class ScenarioDocuments {
  readonly #connection: Connection;
  readonly #open = new Map<string, TextDocument>();
  /** A file is other than it was: what joins reviews has to be read again. */
  readonly #changed: () => void;

  constructor(connection: Connection, changed: () => void) {
    this.#connection = connection;
    this.#changed = changed;
    connection.onCompletion((p) => this.#complete(p));
    connection.onDidSaveTextDocument((p) => {
      if (this.#open.has(p.textDocument.uri)) this.#changed();
    });
  }

  /** Takes a document that was opened, if it is a scenario file. */
  opened({ uri, version, text }: { uri: string; version: number; text: string }): boolean {
    if (typeof uri !== "string" || typeof text !== "string" || !isScenarioPath(uri)) return false;
    this.#open.set(uri, TextDocument.create(uri, "yaml", version, text));
    this.#tell(uri);
    return true;
  }

  edited(uri: string, changes: TextDocumentContentChangeEvent[], version: number): boolean {
    const document = this.#open.get(uri);
    if (document === undefined) return false;
    TextDocument.update(document, changes, version);
    this.#tell(uri);
    return true;
  }

  /** Forgets a document; what was told of it is taken back by whoever closes. */
  closed(uri: string): void {
    this.#open.delete(uri);
  }

  /** Null: no scenario file. */
  lenses(params: unknown): CodeLens[] | null {
    const document = this.#open.get(documentUri(params));
    if (document === undefined) return null;
    return scenarioLenses(document.getText()).map(({ line, title }) => {
      const place = { line: line - 1, character: 0 };
      return { range: { start: place, end: place }, command: { title: labelText(title), command: "" } };
    });
  }

  #complete(params: {
    textDocument: { uri: string };
    position: { line: number; character: number };
  }): CompletionItem[] {
    const document = this.#open.get(params.textDocument.uri);
    if (document === undefined) return [];
    const { line, character } = params.position;
    return scenarioProposals(document.getText(), line, character).map((p) => ({
      label: p.label,
      kind: KINDS[p.kind],
      detail: p.detail,
      insertText: p.insert,
    }));
  }

  #tell(uri: string): void {
    const document = this.#open.get(uri)!;
    const lines = document.getText().split("\n");
    const diagnostics = scenarioProblems(document.getText()).map((p) => {
      const line = Math.min(p.line, lines.length) - 1;
      const from = Math.min(p.column - 1, lines[line]!.length);
      const word = /^[^\s:,\]}]*/.exec(lines[line]!.slice(from))![0].length;
      return {
        range: { start: { line, character: from }, end: { line, character: from + Math.max(1, word) } },
        severity: DiagnosticSeverity.Error,
        source: "folioscope",
        code: "scenario-file",
        message: messageText(`${p.field === "" ? "" : `${p.field}: `}${p.message}`),
      };
    });
    void this.#connection.sendDiagnostics({ uri, version: document.version, diagnostics });
  }
}
