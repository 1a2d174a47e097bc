/**
 * The language client: starts the bundled server when the first document wants it, restarts it on request, and hands
 * the server's status notifications to whoever shows them. Leaves out every decision about patches: the server has
 * them all.
 */
import {
  type CancellationToken,
  commands,
  type ExtensionContext,
  type LogOutputChannel,
  type TextDocument,
  Uri,
  workspace,
} from "vscode";
import {
  type DocumentSelector,
  LanguageClient,
  type LanguageClientOptions,
  type MessageSignature,
  type ServerOptions,
  TransportKind,
} from "vscode-languageclient/node";
import {
  COMMAND_SHOW_FINDING,
  COMMAND_SHOW_PANEL,
  COMMAND_STEP,
  CONFIG_SECTION,
  DOCUMENT_SCHEME,
  MAIL_LANGUAGE,
  METHOD_FRONT,
  METHOD_OPEN_SETTINGS,
  METHOD_STATUS,
  type OpenSettingsParams,
  type StatusParams,
} from "../server/protocol.ts";
import { looksLikePatch } from "../server/sniff.ts";

/** Documents that are synchronised. The server answers nothing for plain text that shows neither mail nor diff. */
const SELECTOR: DocumentSelector = [
  { language: "diff" },
  { language: MAIL_LANGUAGE },
  { pattern: "**/*.scenario.yaml" },
  ...["file", "untitled", "vscode-vfs", "vscode-remote"].map((scheme) => ({ language: "plaintext", scheme })),
];

/** Whether a document should wake the server. */
export function isWanted(document: TextDocument): boolean {
  if (document.languageId === "diff" || document.languageId === MAIL_LANGUAGE) return true;
  if (document.uri.path.endsWith(".scenario.yaml")) return true;
  if (document.languageId !== "plaintext" || document.uri.scheme === DOCUMENT_SCHEME) return false;
  return looksLikePatch(document.getText());
}

/**
 * The editor asks for lenses, links and hovers by itself: what fails of those (the server ended while they waited) goes to
 * the log, and is asked again. Requests of a person are answered by who sent them.
 */
class QuietClient extends LanguageClient {
  override handleFailedRequest<T>(
    type: MessageSignature,
    token: CancellationToken | undefined,
    error: unknown,
    defaultValue: T,
    _showNotification?: boolean,
    throwOnCancel?: boolean,
  ): T {
    return super.handleFailedRequest(type, token, error, defaultValue, false, throwOnCancel);
  }
}

export class Client {
  readonly #context: ExtensionContext;
  readonly #log: LogOutputChannel;
  readonly #onStatus: (status: StatusParams) => void;
  #client: LanguageClient | undefined;
  #starting: Promise<LanguageClient> | undefined;

  constructor(context: ExtensionContext, log: LogOutputChannel, onStatus: (status: StatusParams) => void) {
    this.#context = context;
    this.#log = log;
    this.#onStatus = onStatus;
  }

  /** Sends one of our own requests; starts the server first when it sleeps. */
  async request<R>(method: string, params: object, token?: CancellationToken): Promise<R> {
    const client = await this.start();
    return await client.sendRequest<R>(method, params, token);
  }

  /** The document that is looked at: its run goes before others that wait. */
  front(uri: string): void {
    void this.#client?.sendNotification(METHOD_FRONT, { uri }).catch(() => {});
  }

  /** Whether the server runs (or is on its way). */
  get awake(): boolean {
    return this.#starting !== undefined;
  }

  start(): Promise<LanguageClient> {
    this.#starting ??= this.#launch();
    return this.#starting;
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
    this.#log.info("server restarted");
  }

  async stop(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    this.#starting = undefined;
    await client?.dispose();
  }

  async #launch(): Promise<LanguageClient> {
    const module = Uri.joinPath(this.#context.extensionUri, "dist", "server.cjs").fsPath;
    const server: ServerOptions = {
      run: { module, transport: TransportKind.ipc },
      debug: { module, transport: TransportKind.ipc, options: { execArgv: ["--inspect=6017"] } },
    };
    const options: LanguageClientOptions = {
      documentSelector: SELECTOR,
      outputChannel: this.#log,
      synchronize: { configurationSection: CONFIG_SECTION },
      // The commands that our hovers link; no HTML.
      markdown: {
        isTrusted: { enabledCommands: [COMMAND_SHOW_FINDING, COMMAND_SHOW_PANEL, COMMAND_STEP] },
        supportHtml: false,
      },
      // The status item shows how far a run is: one spinner is enough.
      initializationOptions: { settings: workspace.getConfiguration(CONFIG_SECTION), showsProgress: true },
    };
    const client = new QuietClient(CONFIG_SECTION, "Folioscope", server, options);
    this.#client = client;
    client.onNotification(METHOD_STATUS, (status: StatusParams) => this.#onStatus(status));
    client.onNotification(METHOD_OPEN_SETTINGS, ({ query }: OpenSettingsParams) => {
      void commands.executeCommand("workbench.action.openSettings", query);
    });
    await client.start();
    return client;
  }
}
