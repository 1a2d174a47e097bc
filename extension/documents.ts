/**
 * The read-only documents of scheme `folioscope:`: the report of a finding or of a whole review, a mail decoded to
 * readable text, and the pages of rules that codes in Problems lead to. In reports "line 123" is a link into the patch. Readable mails are of the mail language, so that the
 * server gives them everything it gives to a file.
 */
import {
  DocumentLink,
  type DocumentLinkProvider,
  EventEmitter,
  languages,
  Range,
  type TextDocument,
  type TextDocumentContentProvider,
  Uri,
  ViewColumn,
  window,
  workspace,
} from "vscode";
import {
  COMMAND_REVEAL,
  DOCUMENT_SCHEME,
  MAIL_LANGUAGE,
  REPORT_LANGUAGE,
  RULE_PATH,
} from "../server/protocol.ts";

export class Documents implements TextDocumentContentProvider, DocumentLinkProvider {
  readonly #changed = new EventEmitter<Uri>();
  readonly onDidChange = this.#changed.event;
  readonly #texts = new Map<string, { text: string; source: string }>();
  /** Folder of the extension: pages of rules, example mails. */
  readonly #extension: Uri;

  constructor(extension: Uri) {
    this.#extension = extension;
  }

  /** Shows `text` under a title beside (reports) or instead of (mails) the active editor. */
  async open(
    kind: "report" | "mail",
    title: string,
    text: string,
    source: string,
    language: string,
  ): Promise<void> {
    const name = title
      .replace(/[/\\?#%\s]+/g, " ")
      .trim()
      .slice(0, 80);
    const uri = Uri.from({ scheme: DOCUMENT_SCHEME, path: `/${kind}/${name}`, query: hash(source) });
    const known = this.#texts.has(uri.toString());
    this.#texts.set(uri.toString(), { text, source });
    if (known) this.#changed.fire(uri);
    const document = await languages.setTextDocumentLanguage(await workspace.openTextDocument(uri), language);
    await window.showTextDocument(document, {
      viewColumn: kind === "report" ? ViewColumn.Beside : ViewColumn.Active,
      preview: true,
      preserveFocus: kind === "report",
    });
  }

  /** A mail that comes with the extension, read-only. */
  async openExample(name: string): Promise<void> {
    const file = Uri.joinPath(this.#extension, "examples", `${name}.eml`);
    const text = new TextDecoder().decode(await workspace.fs.readFile(file));
    await this.open("mail", `${name}.eml`, text, file.toString(), MAIL_LANGUAGE);
  }

  /** Whether an open report or readable mail is of this document. */
  isSource(uri: string): boolean {
    for (const { source } of this.#texts.values()) if (source === uri) return true;
    return false;
  }

  forget(document: TextDocument): void {
    if (document.uri.scheme === DOCUMENT_SCHEME && document.isClosed)
      this.#texts.delete(document.uri.toString());
  }

  provideTextDocumentContent(uri: Uri): string | Promise<string> {
    if (uri.path.startsWith(RULE_PATH)) return this.#rule(uri.path.slice(RULE_PATH.length));
    return (
      this.#texts.get(uri.toString())?.text ??
      "This report was closed with its window. Simulate the patch again to have it back.\n"
    );
  }

  /** The page of a rule; whoever makes the address names no other file. */
  async #rule(name: string): Promise<string> {
    if (!/^[a-z0-9-]+\.md$/.test(name)) return "There is no such rule.\n";
    try {
      return new TextDecoder().decode(
        await workspace.fs.readFile(Uri.joinPath(this.#extension, "docs", "rules", name)),
      );
    } catch {
      return "This rule has no page.\n";
    }
  }

  provideDocumentLinks(document: TextDocument): DocumentLink[] {
    if (document.languageId !== REPORT_LANGUAGE) return [];
    const source = this.#texts.get(document.uri.toString())?.source;
    if (!source) return [];
    const links: DocumentLink[] = [];
    const text = document.getText();
    for (const match of text.matchAll(/\bline (\d+)\b/g)) {
      const args = encodeURIComponent(JSON.stringify([{ uri: source, line: Number(match[1]) }]));
      const range = new Range(
        document.positionAt(match.index),
        document.positionAt(match.index + match[0].length),
      );
      const link = new DocumentLink(range, Uri.parse(`command:${COMMAND_REVEAL}?${args}`));
      link.tooltip = "Show this line of the mail";
      links.push(link);
    }
    return links;
  }
}

/** A short stable name for a source document, so that its reports do not share an address with another's. */
function hash(text: string): string {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return h.toString(36);
}
