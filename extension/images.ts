/**
 * Before and after in the editor's own diff editor: two read-only documents of a file, with the findings underlined, lenses and hovers
 * of the mail on the lines that it shows, each on its side. The texts and all that is said of them come from the server;
 * here lines of the mail become lines of an image. Leaves out what a file is before and after (server/features/images.ts).
 */
import {
  CodeLens,
  type CodeLensProvider,
  commands,
  type Disposable,
  EventEmitter,
  Hover,
  type HoverProvider,
  languages,
  MarkdownString,
  OverviewRulerLane,
  type Position,
  Range,
  type TextDocument,
  type TextDocumentContentProvider,
  ThemeColor,
  Uri,
  window,
  workspace,
} from "vscode";
import {
  COMMAND_REVEAL,
  COMMAND_SHOW_FINDING,
  COMMAND_SHOW_PANEL,
  COMMAND_STEP,
  type FileImage,
  type FilePair,
  IMAGE_SCHEME,
  type ImageHoverResult,
  type ImageMark,
  type ImageMarksResult,
  type ImagesParams,
  type ImagesResult,
  METHOD_IMAGE_HOVER,
  METHOD_IMAGE_MARKS,
  METHOD_IMAGES,
  type StatusParams,
} from "../server/protocol.ts";
import { commandLink, messageText } from "../server/report/text.ts";
import type { Client } from "./client.ts";

type Side = "before" | "after";

/** The editor's own colours of problems: which underline a mark has. */
const COLOURS: Readonly<Record<ImageMark["severity"], string>> = {
  error: "Error",
  warning: "Warning",
  information: "Info",
};

/** A pair that is shown, what was asked to get it, and what is known of its lines. */
interface Shown {
  pair: FilePair;
  marks: ImageMarksResult;
  readonly params: ImagesParams;
}

const NO_MARKS: ImageMarksResult = { version: 0, marks: [], lenses: [] };

export class Images implements TextDocumentContentProvider, HoverProvider, CodeLensProvider, Disposable {
  readonly #client: Client;
  readonly #changed = new EventEmitter<Uri>();
  readonly onDidChange = this.#changed.event;
  readonly #lensesChanged = new EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.#lensesChanged.event;
  /** By the address of the image after. */
  readonly #shown = new Map<string, Shown>();
  /** Underlines of findings, and no problems: those of the mail are in Problems, where each would count twice. */
  readonly #underlines = Object.entries(COLOURS).map(([severity, name]) => ({
    severity,
    type: window.createTextEditorDecorationType({
      textDecoration: `underline wavy var(--vscode-editor${name}-foreground)`,
      overviewRulerColor: new ThemeColor(`editorOverviewRuler.${name.toLowerCase()}Foreground`),
      overviewRulerLane: OverviewRulerLane.Right,
    }),
  }));
  /** What lenses say, where the editor's diffs have none (its default). */
  readonly #said = window.createTextEditorDecorationType({
    after: { color: new ThemeColor("editorCodeLens.foreground"), margin: "0 0 0 3em" },
  });
  readonly #registered: readonly Disposable[];

  constructor(client: Client) {
    this.#client = client;
    const selector = { scheme: IMAGE_SCHEME };
    this.#registered = [
      this.#changed,
      this.#lensesChanged,
      this.#said,
      ...this.#underlines.map((u) => u.type),
      window.onDidChangeVisibleTextEditors(() => this.#say()),
      workspace.registerTextDocumentContentProvider(IMAGE_SCHEME, this),
      languages.registerHoverProvider(selector, this),
      languages.registerCodeLensProvider(selector, this),
    ];
  }

  /** Opens the diff editor on a file of the mail. */
  async open(params: ImagesParams): Promise<void> {
    const { images: pair, why } = await this.#client.request<ImagesResult>(METHOD_IMAGES, params);
    if (pair === null) {
      void window.showInformationMessage(messageText(why));
      return;
    }
    const shown = { pair, marks: NO_MARKS, params };
    const [before, after] = [imageUri(pair, "before"), imageUri(pair, "after")];
    this.#shown.set(after.toString(), shown);
    await this.#mark(shown);
    const at = new Range(pair.after.line - 1, 0, pair.after.line - 1, 0);
    // Beside nothing and never as a preview: the mail stays open, whose results these are.
    await commands.executeCommand("vscode.diff", before, after, pair.title, {
      preview: false,
      selection: at,
    });
    this.#say();
    if (pair.note !== "") void window.showInformationMessage(messageText(pair.note));
  }

  /** The results of a document changed: what is said of its images follows, and their text when the mail was edited. */
  status({ uri, version, state }: StatusParams): void {
    for (const [key, shown] of this.#shown) {
      if (shown.pair.uri !== uri) continue;
      void (async () => {
        if (state !== "checking" && shown.pair.version !== version) await this.#again(key, shown);
        await this.#mark(shown);
      })().catch(() => {
        // The document was closed or is being read: the next status tells.
      });
    }
  }

  forget(document: TextDocument): void {
    this.#shown.delete(document.uri.toString());
  }

  dispose(): void {
    for (const d of this.#registered) d.dispose();
  }

  provideTextDocumentContent(uri: Uri): string {
    return this.#image(uri)?.image.text ?? "Open before and after from the mail again.\n";
  }

  async provideHover({ uri }: TextDocument, { line }: Position): Promise<Hover | undefined> {
    const found = this.#image(uri);
    if (found === undefined) return undefined;
    const docLine = found.image.docLines[line] ?? 0;
    if (docLine === 0) return undefined;
    const source = found.shown.pair.uri;
    const asked = { uri: source, docLine, side: found.side };
    const { text } = await this.#client.request<ImageHoverResult>(METHOD_IMAGE_HOVER, asked);
    if (text === "") return undefined;
    const link = commandLink(`Line ${docLine} of the mail`, COMMAND_REVEAL, { uri: source, line: docLine });
    const said = new MarkdownString(`${text}\n\n${link}`);
    said.isTrusted = {
      enabledCommands: [COMMAND_SHOW_FINDING, COMMAND_SHOW_PANEL, COMMAND_STEP, COMMAND_REVEAL],
    };
    return new Hover(said);
  }

  provideCodeLenses({ uri }: TextDocument): CodeLens[] {
    const found = this.#image(uri);
    if (found === undefined) return [];
    return found.shown.marks.lenses.flatMap((lens) => {
      const line = found.image.docLines.indexOf(lens.docLine);
      if (lens.side !== found.side || line < 0) return [];
      const { title, command, argument } = lens;
      return [new CodeLens(new Range(line, 0, line, 0), { title, command, arguments: [argument] })];
    });
  }

  async #again(key: string, shown: Shown): Promise<void> {
    const { images } = await this.#client.request<ImagesResult>(METHOD_IMAGES, shown.params);
    // Another file now: what is shown stays, and says nothing of a text that is gone.
    if (images === null || imageUri(images, "after").toString() !== key) {
      shown.marks = NO_MARKS;
      return;
    }
    shown.pair = images;
    for (const side of ["before", "after"] as const) this.#changed.fire(imageUri(images, side));
  }

  async #mark(shown: Shown): Promise<void> {
    const { pair } = shown;
    const asked = { uri: pair.uri, patch: pair.patch };
    const marks = await this.#client.request<ImageMarksResult>(METHOD_IMAGE_MARKS, asked);
    if (marks.version !== shown.pair.version) return;
    shown.marks = marks;
    this.#lensesChanged.fire();
    this.#say();
  }

  /** Findings underlined, and counts behind the first line of each function. */
  #say(): void {
    const lenses = workspace.getConfiguration("diffEditor").get<boolean>("codeLens") === true;
    for (const editor of window.visibleTextEditors) {
      if (editor.document.uri.scheme !== IMAGE_SCHEME) continue;
      const of = this.#image(editor.document.uri);
      for (const { severity, type } of this.#underlines) {
        const marks = of?.shown.marks.marks.filter((m) => m.side === of.side && m.severity === severity);
        editor.setDecorations(
          type,
          (marks ?? []).flatMap((m) => wordsOf(editor.document, of!.image.docLines.indexOf(m.docLine))),
        );
      }
      const found = lenses ? undefined : of;
      const first = new Map<number, string>();
      for (const { docLine, side, title } of found?.shown.marks.lenses ?? []) {
        const line = side === found?.side ? found.image.docLines.indexOf(docLine) : -1;
        if (line >= 0 && line < editor.document.lineCount && !first.has(line)) first.set(line, title);
      }
      editor.setDecorations(
        this.#said,
        [...first].map(([line, title]) => {
          const end = editor.document.lineAt(line).range.end;
          return { range: new Range(end, end), renderOptions: { after: { contentText: title } } };
        }),
      );
    }
  }

  #image(uri: Uri): { shown: Shown; image: FileImage; side: Side } | undefined {
    const side: Side = uri.path.startsWith("/before/") ? "before" : "after";
    for (const shown of this.#shown.values())
      if (imageUri(shown.pair, side).toString() === uri.toString())
        return { shown, image: shown.pair[side], side };
    return undefined;
  }
}

/** The mail that an image is of; undefined for any other document. */
export function sourceOf(uri: Uri): string | undefined {
  if (uri.scheme !== IMAGE_SCHEME) return undefined;
  try {
    const { source } = JSON.parse(uri.query) as { source?: unknown };
    return typeof source === "string" ? source : undefined;
  } catch {
    return undefined;
  }
}

/** Its path ends as the file's does, so that it is coloured as C. */
function imageUri(pair: FilePair, side: Side): Uri {
  const path = pair[side].path.replace(/[\\?#%]/g, "_").replace(/^\/+/, "");
  const query = JSON.stringify({ source: pair.uri, patch: pair.patch, file: pair.file });
  return Uri.from({ scheme: IMAGE_SCHEME, path: `/${side}/${path}`, query });
}

/** The words of a line, without the blanks around them; none of a line that is not there. */
function wordsOf(document: TextDocument, line: number): Range[] {
  if (line < 0 || line >= document.lineCount) return [];
  const { text, firstNonWhitespaceCharacterIndex: from } = document.lineAt(line);
  return [new Range(line, from, line, Math.max(from, text.trimEnd().length))];
}
