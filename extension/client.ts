/**
 * The language client: has the bundled server started when the first document wants it, restarts it on request, and hands
 * the server's status notifications to whoever shows them. Leaves out every decision about patches: the server has
 * them all.
 */
import {
  type CancellationToken,
  commands,
  type DebugAdapterDescriptor,
  type LogOutputChannel,
  type TextDocument,
  workspace,
} from "vscode";
import type {
  BaseLanguageClient,
  DocumentSelector,
  LanguageClientOptions,
  MessageSignature,
} from "vscode-languageclient";
import {
  COMMAND_SHOW_FINDING,
  COMMAND_SHOW_PANEL,
  COMMAND_STEP,
  CONFIG_SECTION,
  DOCUMENT_SCHEME,
  type FrontParams,
  MAIL_LANGUAGE,
  METHOD_FRONT,
  METHOD_OPEN_SETTINGS,
  METHOD_STATUS,
  type OpenSettingsParams,
  type StatusParams,
} from "../server/protocol.ts";
import { looksLikePatch } from "../server/sniff.ts";

/**
 * Documents that are synchronised. The server answers nothing for plain text that shows neither mail nor diff. Plain text is
 * a file's, of whatever file system the folders are.
 */
function selector(): DocumentSelector {
  const schemes = ["file", "untitled", "vscode-vfs", "vscode-remote"].concat(
    (workspace.workspaceFolders ?? []).map((f) => f.uri.scheme),
  );
  return [
    { language: "diff" },
    { language: MAIL_LANGUAGE },
    { pattern: "**/*.scenario.yaml" },
    ...[...new Set(schemes)].map((scheme) => ({ language: "plaintext", scheme })),
  ];
}

/** Whether a document should wake the server. */
export function isWanted(document: TextDocument): boolean {
  if (document.languageId === "diff" || document.languageId === MAIL_LANGUAGE) return true;
  if (document.uri.path.endsWith(".scenario.yaml")) return true;
  if (document.languageId !== "plaintext" || document.uri.scheme === DOCUMENT_SCHEME) return false;
  return looksLikePatch(document.getText());
}

/** Where the server and the debug adapter run: processes on a desktop (desktop.ts), workers in a browser (web.ts). */
export interface Host {
  /** Makes a client whose server starts when the client does. */
  client(id: string, name: string, options: LanguageClientOptions): BaseLanguageClient;
  adapter(): DebugAdapterDescriptor;
  /** Runs the command line in a process of its own; not where there are none. Undefined: it was cancelled. */
  readonly commandLine?: (
    args: readonly string[],
    token: CancellationToken,
    folder?: string,
  ) => Promise<Said | undefined>;
}

/** What a command wrote, and its exit status. */
export interface Said {
  readonly status: number;
  readonly output: string;
  readonly errors: string;
}

/**
 * The editor asks for lenses, links and hovers by itself: what fails of those (the server ended while they waited) goes to
 * the log, and is asked again. Requests of a person are answered by who sent them.
 */
function quiet(client: BaseLanguageClient): BaseLanguageClient {
  const loud = client.handleFailedRequest.bind(client);
  client.handleFailedRequest = <T>(
    type: MessageSignature,
    token: CancellationToken | undefined,
    error: unknown,
    defaultValue: T,
    _showNotification?: boolean,
    throwOnCancel?: boolean,
  ): T => loud(type, token, error, defaultValue, false, throwOnCancel);
  return client;
}

/** Our settings without the editor's methods: to a worker goes data alone. */
const plainSettings = (): unknown => JSON.parse(JSON.stringify(workspace.getConfiguration(CONFIG_SECTION)));

export class Client {
  readonly #host: Host;
  readonly #log: LogOutputChannel;
  readonly #onStatus: (status: StatusParams) => void;
  #client: BaseLanguageClient | undefined;
  #starting: Promise<BaseLanguageClient> | undefined;

  constructor(host: Host, log: LogOutputChannel, onStatus: (status: StatusParams) => void) {
    this.#host = host;
    this.#log = log;
    this.#onStatus = onStatus;
  }

  /** Sends one of our own requests; starts the server first when it sleeps. */
  async request<R>(method: string, params: object, token?: CancellationToken): Promise<R> {
    const client = await this.start();
    return await client.sendRequest<R>(method, params, token);
  }

  /** The document that is looked at, and the cursor's line (1-based): its run goes before others, and the patch there first in it. Gives whether there is a server to tell. */
  front(uri: string, line: number | undefined): boolean {
    const params: FrontParams = { uri, ...(line === undefined ? {} : { line }) };
    void this.#client?.sendNotification(METHOD_FRONT, params).catch(() => {});
    return this.#client !== undefined;
  }

  /** Whether the server runs (or is on its way). */
  get awake(): boolean {
    return this.#starting !== undefined;
  }

  start(): Promise<BaseLanguageClient> {
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

  async #launch(): Promise<BaseLanguageClient> {
    const options: LanguageClientOptions = {
      documentSelector: selector(),
      outputChannel: this.#log,
      synchronize: { configurationSection: CONFIG_SECTION },
      // The commands that our hovers link; no HTML.
      markdown: {
        isTrusted: { enabledCommands: [COMMAND_SHOW_FINDING, COMMAND_SHOW_PANEL, COMMAND_STEP] },
        supportHtml: false,
      },
      // The status item shows how far a run is: one spinner is enough.
      initializationOptions: { settings: plainSettings(), showsProgress: true },
    };
    const client = quiet(this.#host.client(CONFIG_SECTION, "Folioscope", options));
    this.#client = client;
    client.onNotification(METHOD_STATUS, (status: StatusParams) => this.#onStatus(status));
    client.onNotification(METHOD_OPEN_SETTINGS, ({ query }: OpenSettingsParams) => {
      void commands.executeCommand("workbench.action.openSettings", query);
    });
    await client.start();
    return client;
  }
}
