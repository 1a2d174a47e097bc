/**
 * The extension in an editor that has no Node: a browser. It reads mails and patches in the extension host itself (outline,
 * folds, hovers, colours, what a mailer damaged and its repair) and says of everything that would run code that the desktop
 * does. Leaves out what is read and said (server/lsp/reading.ts).
 */
import {
  CodeAction,
  type CodeActionContext,
  CodeActionKind,
  commands,
  Diagnostic,
  DiagnosticRelatedInformation,
  type Disposable,
  DocumentSymbol,
  type ExtensionContext,
  FoldingRange,
  FoldingRangeKind,
  Hover,
  Location,
  languages,
  MarkdownString,
  Range,
  SemanticTokens,
  SemanticTokensLegend,
  StatusBarAlignment,
  type TextDocument,
  Uri,
  WorkspaceEdit,
  window,
  workspace,
} from "vscode";
import type * as lsp from "vscode-languageserver-types";
import { ReadText, TOKEN_TYPES } from "../server/lsp/reading.ts";
import {
  COMMAND_OPEN_READABLE,
  COMMAND_OPEN_REPAIRED,
  DOCUMENT_SCHEME,
  MAIL_LANGUAGE,
} from "../server/protocol.ts";
import { messageText } from "../server/report/text.ts";

const LANGUAGES = ["diff", MAIL_LANGUAGE, "plaintext"];
const SELECTOR = LANGUAGES.map((language) => ({ language }));
/** After an edit, as on the desktop. */
const READ_DELAY_MS = 150;
const DESKTOP =
  "In a browser Folioscope reads patches: outline, folds, hovers, repairs. The code runs in VS Code on the desktop, or with the command line (folioscope review).";
const OPEN_EXAMPLE = "folioscope.openExample";

/** Readings by document, each of the version it was made from. */
class Readings {
  readonly #known = new Map<string, { readonly version: number; readonly text: ReadText }>();

  of(document: TextDocument): ReadText {
    const key = document.uri.toString();
    const known = this.#known.get(key);
    if (known?.version === document.version) return known.text;
    const { version, uri, languageId } = document;
    const text = new ReadText(key, version, document.getText(), uri.path, languageId === "plaintext");
    this.#known.set(key, { version, text });
    return text;
  }

  forget(document: TextDocument): void {
    this.#known.delete(document.uri.toString());
  }
}

export function activate(context: ExtensionContext): void {
  const readings = new Readings();
  const problems = languages.createDiagnosticCollection("folioscope");
  const status = window.createStatusBarItem("folioscope.status", StatusBarAlignment.Left, 1);
  status.name = "Folioscope";
  status.text = "$(book) read only";
  status.tooltip = DESKTOP;
  status.command = "folioscope.simulate";

  const isOurs = (document: TextDocument): boolean =>
    LANGUAGES.includes(document.languageId) && document.uri.scheme !== DOCUMENT_SCHEME;
  const showStatus = (): void => {
    const document = window.activeTextEditor?.document;
    const shown = document !== undefined && isOurs(document) && readings.of(document).hasDiff;
    void commands.executeCommand("setContext", "folioscope.isPatch", shown);
    if (shown) status.show();
    else status.hide();
  };
  const read = (document: TextDocument): void => {
    if (!isOurs(document)) return;
    problems.set(
      document.uri,
      readings
        .of(document)
        .diagnostics()
        .map((d) => diagnosticOf(d)),
    );
    if (document === window.activeTextEditor?.document) showStatus();
  };
  const timers = new Map<string, ReturnType<typeof setTimeout>>();
  const later = (document: TextDocument): void => {
    const key = document.uri.toString();
    clearTimeout(timers.get(key));
    timers.set(
      key,
      setTimeout(() => {
        timers.delete(key);
        if (!document.isClosed) read(document);
      }, READ_DELAY_MS),
    );
  };

  context.subscriptions.push(
    problems,
    status,
    ...features(readings),
    ...ownCommands(context, readings),
    workspace.onDidOpenTextDocument(read),
    workspace.onDidChangeTextDocument(({ document }) => {
      if (isOurs(document)) later(document);
    }),
    workspace.onDidCloseTextDocument((document) => {
      readings.forget(document);
      problems.delete(document.uri);
    }),
    window.onDidChangeActiveTextEditor(showStatus),
  );
  for (const id of ["folioscope.patches", "folioscope.scenarios", "folioscope.runs"]) {
    const view = window.createTreeView(id, {
      treeDataProvider: { getChildren: () => [], getTreeItem: () => ({}) },
    });
    view.message = DESKTOP;
    context.subscriptions.push(view);
  }
  for (const document of workspace.textDocuments) read(document);
  showStatus();
}

function features(readings: Readings): Disposable[] {
  return [
    languages.registerDocumentSymbolProvider(SELECTOR, {
      provideDocumentSymbols: (document) => readings.of(document).symbols().map(symbolOf),
    }),
    languages.registerFoldingRangeProvider(SELECTOR, {
      provideFoldingRanges: (document) =>
        readings
          .of(document)
          .folds()
          .map((f) => new FoldingRange(f.startLine, f.endLine, FoldingRangeKind.Region)),
    }),
    languages.registerHoverProvider(SELECTOR, {
      provideHover: (document, { line }) => {
        const hover = readings.of(document).hover(line);
        if (hover === undefined) return undefined;
        const { value } = hover.contents as lsp.MarkupContent;
        return new Hover(new MarkdownString(value), hover.range && rangeOf(hover.range));
      },
    }),
    languages.registerDocumentSemanticTokensProvider(
      SELECTOR,
      {
        provideDocumentSemanticTokens: (document) =>
          new SemanticTokens(new Uint32Array(readings.of(document).tokens())),
      },
      new SemanticTokensLegend([...TOKEN_TYPES]),
    ),
    languages.registerCodeActionsProvider(
      SELECTOR,
      {
        provideCodeActions: (document, range, { diagnostics }: CodeActionContext) =>
          readings
            .of(document)
            .actions(range.start.line, range.end.line)
            .map((a) => actionOf(a, diagnostics)),
      },
      { providedCodeActionKinds: [CodeActionKind.QuickFix] },
    ),
  ];
}

/** Every command of the manifest: those that read do so, the others say where they run. */
function ownCommands(context: ExtensionContext, readings: Readings): Disposable[] {
  const open = async (repaired: boolean): Promise<void> => {
    const document = window.activeTextEditor?.document;
    if (document === undefined) return;
    const { text, problem } = readings.of(document).readable(repaired);
    if (problem !== "") void window.showInformationMessage(problem);
    else
      await window.showTextDocument(
        await workspace.openTextDocument({ language: MAIL_LANGUAGE, content: text }),
      );
  };
  const example = async (): Promise<void> => {
    const folder = Uri.joinPath(context.extensionUri, "examples");
    const names = ["leaked-reference.eml", "share-dropped-twice.eml", "fix-index.eml", "clean-refactor.eml"];
    const name = await window.showQuickPick(names, { placeHolder: "Which example mail?" });
    if (name === undefined) return;
    const bytes = await workspace.fs.readFile(Uri.joinPath(folder, name));
    const content = new TextDecoder().decode(bytes);
    await window.showTextDocument(await workspace.openTextDocument({ language: MAIL_LANGUAGE, content }));
  };
  const reads: Readonly<Record<string, () => Promise<void>>> = {
    [COMMAND_OPEN_READABLE]: () => open(false),
    [COMMAND_OPEN_REPAIRED]: () => open(true),
    [OPEN_EXAMPLE]: example,
  };
  const listed: readonly { readonly command: string }[] =
    context.extension.packageJSON.contributes?.commands ?? [];
  const ids = new Set([...listed.map((c) => c.command), ...Object.keys(reads)]);
  return [...ids].map((id) =>
    commands.registerCommand(id, async () => {
      try {
        if (reads[id] !== undefined) await reads[id]();
        else await window.showInformationMessage(DESKTOP);
      } catch (error) {
        void window.showErrorMessage(
          messageText(`Folioscope: ${error instanceof Error ? error.message : String(error)}`),
        );
      }
    }),
  );
}

const rangeOf = ({ start, end }: lsp.Range): Range =>
  new Range(start.line, start.character, end.line, end.character);

function diagnosticOf(d: lsp.Diagnostic): Diagnostic {
  const text = typeof d.message === "string" ? d.message : "";
  const made = new Diagnostic(rangeOf(d.range), text, (d.severity ?? 1) - 1);
  made.code = d.code;
  made.source = d.source;
  made.relatedInformation = d.relatedInformation?.map(
    (r) =>
      new DiagnosticRelatedInformation(
        new Location(Uri.parse(r.location.uri), rangeOf(r.location.range)),
        r.message,
      ),
  );
  return made;
}

function symbolOf(s: lsp.DocumentSymbol): DocumentSymbol {
  const made = new DocumentSymbol(
    s.name,
    s.detail ?? "",
    s.kind - 1,
    rangeOf(s.range),
    rangeOf(s.selectionRange),
  );
  made.children = (s.children ?? []).map(symbolOf);
  return made;
}

function actionOf(a: lsp.CodeAction, diagnostics: readonly Diagnostic[]): CodeAction {
  const made = new CodeAction(a.title, CodeActionKind.QuickFix);
  if (a.command !== undefined) made.command = a.command;
  const edit = new WorkspaceEdit();
  for (const [uri, edits] of Object.entries(a.edit?.changes ?? {}))
    for (const e of edits) edit.replace(Uri.parse(uri), rangeOf(e.range), e.newText);
  if (a.edit !== undefined) made.edit = edit;
  made.diagnostics = diagnostics.filter((d) => a.diagnostics?.some((o) => o.code === d.code));
  return made;
}
