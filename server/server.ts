/**
 * Connection wiring: every request and notification is caught by itself, so that neither a malformed message nor a bug
 * in one feature ends the server. Leaves out what the features say (features/) and how values look (lsp/to_proto.ts). Over 800
 * lines because every handler is wired here, to one connection and one store.
 */
import { homedir } from "node:os";
import {
  type CancellationToken,
  CodeActionKind,
  CodeLensRefreshRequest,
  type Connection,
  DidChangeConfigurationNotification,
  type Hover,
  type InitializeParams,
  type InitializeResult,
  LSPErrorCodes,
  ResponseError,
  TextDocumentSyncKind,
} from "vscode-languageserver/node";
import { eraFromName, unknownEra } from "../emulator/kernel/era.ts";
import { makeImages, replayReport, runTimeline } from "./beside.ts";
import { compareBeside } from "./compare/beside.ts";
import { placeSettings, readSettings, reviewOptions } from "./config.ts";
import { notRunnable, pathsOf, resultKey, testsOf } from "./documents.ts";
import type { CaseFiles, Catalogue } from "./emulation/catalogue.ts";
import type { TreeImages } from "./emulation/images.ts";
import type { Job, JobOutcome, JobQueue } from "./emulation/job.ts";
import { askOrders, type Orders } from "./emulation/orders.ts";
import { repairs } from "./features/code_action.ts";
import { codeLenses } from "./features/code_lens.ts";
import { definition } from "./features/definition.ts";
import { everyMark, marks } from "./features/diagnostics.ts";
import { outline } from "./features/document_symbol.ts";
import { folds } from "./features/folding.ts";
import { hover } from "./features/hover.ts";
import { imageHover, imageMarks } from "./features/images.ts";
import { launchOf } from "./features/launch.ts";
import { links } from "./features/links.ts";
import { nothingHere } from "./features/nothing_here.ts";
import { remarkThreads } from "./features/remarks.ts";
import { scenarioList } from "./features/scenario_list.ts";
import { semanticTokens, TOKEN_TYPES } from "./features/semantic_tokens.ts";
import type { Snapshot } from "./features/snapshot.ts";
import { tree } from "./features/tree.ts";
import { documentUri, invalid, lineOf, movedTo, showsProgress, simulateParams } from "./lsp/params.ts";
import { clearTimers, type Timers } from "./lsp/timers.ts";
import {
  docLineOf,
  toCodeActions,
  toCodeLens,
  toDiagnostic,
  toFold,
  toHover,
  toLink,
  toLocation,
  toRepairAll,
  toSymbol,
  toTokenData,
} from "./lsp/to_proto.ts";
import { mutateBeside } from "./mutate/beside.ts";
import {
  type CaseFileResult,
  CONFIG_SECTION,
  DEFAULT_SETTINGS,
  type FrontParams,
  type ImageHoverParams,
  type ImageMarksParams,
  type KunitResult,
  METHOD_CANCEL,
  METHOD_CASE_FILE,
  METHOD_COMPARE,
  METHOD_FINDING,
  METHOD_FRONT,
  METHOD_IMAGE_HOVER,
  METHOD_IMAGE_MARKS,
  METHOD_IMAGES,
  METHOD_KUNIT,
  METHOD_LAUNCH,
  METHOD_MUTATE,
  METHOD_OPEN_SETTINGS,
  METHOD_ORDERS,
  METHOD_READABLE_MAIL,
  METHOD_REMARKS,
  METHOD_REPLAY,
  METHOD_REPLY,
  METHOD_REPORT,
  METHOD_RUN_TESTS,
  METHOD_SCENARIOS,
  METHOD_SIMULATE,
  METHOD_STATUS,
  METHOD_TESTS,
  METHOD_TIMELINE,
  METHOD_TREE,
  type ReadableMailResult,
  type RemarksResult,
  type ReplyResult,
  type ReportResult,
  type ScenariosResult,
  type Settings,
  type SimulateParams,
  type SimulateResult,
  type TestsResult,
  type TreeResult,
} from "./protocol.ts";
import { readableMail } from "./readable.ts";
import type { Reader } from "./reading/reader.ts";
import { report } from "./report/editor.ts";
import { kunitText } from "./report/kunit.ts";
import { findingAtLine, findingOfToken, panelView } from "./report/panel.ts";
import type { FindingAnswer, FindingParams, TimelineParams } from "./report/panel_view.ts";
import { replyText } from "./report/reply.ts";
import { aboutSeconds, messageText, terminalLines, terminalText } from "./report/text.ts";
import { isOwnRun } from "./review/finding.ts";
import type { Finding, ReviewResult } from "./review/types.ts";
import { ScenarioDocuments } from "./scenario_documents.ts";
import { workspaceScenarios } from "./scenarios/load.ts";
import { openTree } from "./source/tree.ts";
import { NOTHING_YET, OpenDocument, pathOf } from "./state.ts";

/** After an edit: the parse, then the run. */
const PARSE_DELAY_MS = 150;
const RUN_DELAY_MS = 700;
/** Lenses and status follow a run no faster than this. */
const PROGRESS_DELAY_MS = 300;

const OPEN_SETTINGS = "Open Settings";

/** Results kept for texts that are opened again or edited back. */
const RESULTS_MAX = 8;

export interface ServerOptions {
  readonly connection: Connection;
  readonly reader: Reader;
  readonly queue: JobQueue;
  /** For single runs that a reader waits for while `queue` has a whole document. */
  readonly beside: JobQueue;
  /** Makes the images of a file in a kernel tree, away from this thread. */
  readonly treeImages: TreeImages;
  readonly catalogue: Catalogue;
  readonly caseFiles: CaseFiles;
  readonly orders: Orders;
  readonly version: string;
}

interface ClientAbilities {
  configuration: boolean;
  lensRefresh: boolean;
  progress: boolean;
  folders: boolean;
}

export class Server {
  readonly #connection: Connection;
  readonly #options: ServerOptions;
  readonly #documents = new Map<string, OpenDocument>();
  readonly #scenarios: ScenarioDocuments;
  readonly #timers = new Map<string, Timers>();
  /** The last results by text and options; an asked-for run always runs. */
  readonly #results = new Map<string, ReviewResult>();
  /** Runs of whole documents under way, by what they are of. */
  readonly #running = new Map<string, Promise<JobOutcome>>();
  #shown: Job | undefined;
  /** Folders of the workspace, where files of a diff may be. */
  #folders: readonly string[] = [];
  #settings: Settings = DEFAULT_SETTINGS;
  /** `#settings` with absolute paths and the tree that is used; made anew when settings or folders change. */
  #placed: Settings | undefined;
  /** Problems of kernel trees that the user was told of. */
  readonly #toldTrees = new Set<string>();
  #can: ClientAbilities = { configuration: false, lensRefresh: false, progress: false, folders: false };

  constructor(options: ServerOptions) {
    this.#options = options;
    this.#connection = options.connection;
    this.#scenarios = new ScenarioDocuments(this.#connection, () =>
      this.#apply(this.#settings, this.#folders),
    );
    this.#lifecycle();
    this.#synchronisation();
    this.#features();
    this.#ownRequests();
  }

  listen(): void {
    this.#connection.listen();
  }

  // ---- life of the connection

  #lifecycle(): void {
    const c = this.#connection;
    c.onInitialize((params) => this.#initialize(params));
    c.onInitialized(() => {
      this.#options.reader.warm();
      this.#options.queue.warm();
      if (this.#can.folders)
        c.workspace.onDidChangeWorkspaceFolders(({ added, removed }) =>
          this.#quietly("workspace folders", () => this.#changeFolders(added, removed)),
        );
      if (!this.#can.configuration) return;
      this.#quietly("configuration", async () => {
        await c.client.register(DidChangeConfigurationNotification.type, { section: CONFIG_SECTION });
        await this.#loadSettings();
      });
    });
    c.onDidChangeConfiguration((params) =>
      this.#quietly("settings", async () => {
        const given = (params?.settings as Record<string, unknown> | null | undefined)?.[CONFIG_SECTION];
        if (this.#can.configuration) await this.#loadSettings();
        else this.#applySettings(readSettings(given));
      }),
    );
    c.onShutdown(() => {
      for (const d of this.#documents.values()) d.dispose();
      for (const t of this.#timers.values()) clearTimers(t);
      this.#options.reader.dispose();
      this.#options.queue.dispose();
      this.#options.beside.dispose();
    });
  }

  #initialize(params: InitializeParams): InitializeResult {
    const { capabilities } = params;
    this.#can = {
      configuration: capabilities?.workspace?.configuration === true,
      lensRefresh: capabilities?.workspace?.codeLens?.refreshSupport === true,
      progress: capabilities?.window?.workDoneProgress === true && !showsProgress(params),
      folders: capabilities?.workspace?.workspaceFolders === true,
    };
    this.#folders = pathsOf(params.workspaceFolders ?? []);
    const given = params.initializationOptions as { settings?: unknown } | null | undefined;
    this.#settings = readSettings(given?.settings);
    return {
      serverInfo: { name: "folioscope", version: this.#options.version },
      capabilities: {
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
        hoverProvider: true,
        codeLensProvider: { resolveProvider: false },
        completionProvider: { resolveProvider: false },
        documentSymbolProvider: { label: "Folioscope" },
        foldingRangeProvider: true,
        documentLinkProvider: { resolveProvider: false },
        definitionProvider: true,
        codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix] },
        ...(this.#can.folders
          ? { workspace: { workspaceFolders: { supported: true, changeNotifications: true } } }
          : {}),
        semanticTokensProvider: { legend: { tokenTypes: [...TOKEN_TYPES], tokenModifiers: [] }, full: true },
      },
    };
  }

  async #loadSettings(): Promise<void> {
    this.#applySettings(readSettings(await this.#connection.workspace.getConfiguration(CONFIG_SECTION)));
  }

  #changeFolders(added: readonly { uri: string }[], removed: readonly { uri: string }[]): void {
    const gone = new Set(pathsOf(removed));
    this.#apply(this.#settings, [...this.#folders.filter((f) => !gone.has(f)), ...pathsOf(added)]);
  }

  /** The settings as they hold here: with absolute paths and the tree that is used. */
  #effective(): Settings {
    this.#placed ??= placeSettings(this.#settings, {
      folders: this.#folders,
      home: homedir(),
      isTree: (folder) => openTree(folder).tree !== null,
      written: workspaceScenarios(this.#folders),
    });
    return this.#placed;
  }

  #applySettings(settings: Settings): void {
    const { era } = settings;
    const known = era === "auto" || eraFromName(era) !== null;
    if (!known) this.#connection.window.showWarningMessage(`folioscope.era: ${unknownEra(era)}`);
    this.#apply(known ? settings : { ...settings, era: "auto" }, this.#folders);
  }

  /** What decides the runs runs again; what decides the marks only publishes again. */
  #apply(settings: Settings, folders: readonly string[]): void {
    const before = JSON.stringify(reviewOptions(this.#effective()));
    this.#settings = settings;
    this.#folders = folders;
    this.#placed = undefined;
    const changed = JSON.stringify(reviewOptions(this.#effective())) !== before;
    if (changed) this.#toldTrees.clear();
    const rerun = changed && settings.run !== "manual";
    for (const d of this.#documents.values()) {
      if (d.isForeign) continue;
      if (rerun) this.#runOrRecall(d);
      else this.#changed(d, true);
    }
  }

  /** Who makes a single run: a reader who opens a finding of a long series does not wait for the rest of it. */
  #single(): JobQueue {
    const { queue, beside } = this.#options;
    return queue.isBusy ? beside : queue;
  }

  /** The run that the panel waits for: it shows one at a time, so the one before is given up. */
  #startShown(...given: Parameters<JobQueue["start"]>): Job {
    this.#shown?.cancel();
    this.#shown = this.#single().start(...given);
    return this.#shown;
  }

  // ---- documents

  #synchronisation(): void {
    const c = this.#connection;
    c.onDidOpenTextDocument((params) =>
      this.#quietly("didOpen", () => {
        const { uri, languageId, version, text } = params.textDocument;
        if (this.#scenarios.opened(params.textDocument)) return;
        if (typeof uri !== "string" || typeof text !== "string")
          throw new Error("a document without address or text");
        this.#close(uri);
        const document = this.#make(uri, String(languageId), Number(version) || 0, text);
        this.#documents.set(uri, document);
        this.#timers.set(uri, {});
        this.#changed(document, true);
        if (document.isForeign) return;
        if (this.#settings.run !== "manual") this.#runOrRecall(document);
        else void document.ready();
      }),
    );
    c.onDidChangeTextDocument((params) =>
      this.#quietly("didChange", () => {
        const { uri, version } = params.textDocument;
        const document = this.#documents.get(uri);
        if (!document) return void this.#scenarios.edited(uri, params.contentChanges, version);
        document.update(params.contentChanges, params.textDocument.version ?? document.version + 1);
        const timers = this.#timers.get(document.uri)!;
        clearTimers(timers);
        timers.parse = setTimeout(
          () =>
            this.#quietly("parse", () =>
              document.isForeign ? this.#changed(document, true) : document.ready(),
            ),
          PARSE_DELAY_MS,
        );
        if (this.#settings.run === "onOpenAndChange")
          timers.run = setTimeout(() => {
            if (this.#documents.get(document.uri) === document && !document.isForeign)
              this.#run(document, {});
          }, RUN_DELAY_MS);
      }),
    );
    c.onDidCloseTextDocument((params) =>
      this.#quietly("didClose", () => {
        this.#close(params.textDocument.uri);
        this.#scenarios.closed(params.textDocument.uri);
        void c.sendDiagnostics({ uri: params.textDocument.uri, diagnostics: [] });
      }),
    );
  }

  #make(uri: string, languageId: string, version: number, text: string): OpenDocument {
    return new OpenDocument(
      {
        read: (t, path) => this.#options.reader.read(t, path),
        simulate: (t, path, options, progress, part) => {
          const job = this.#options.queue.start(t, path, options, progress, part);
          // Before the status that the run is done, which clients wait for.
          void job.outcome.then((ended) => this.#tellTree(ended));
          return job;
        },
        settings: () => this.#effective(),
        log: (message) => this.#connection.console.log(terminalText(message)),
        changed: (document, final) => this.#onChanged(document, final),
      },
      uri,
      languageId,
      version,
      text,
    );
  }

  #close(uri: string): void {
    this.#documents.get(uri)?.dispose();
    this.#documents.delete(uri);
    const timers = this.#timers.get(uri);
    if (timers) clearTimers(timers);
    this.#timers.delete(uri);
  }

  /** Mere progress is told at most every PROGRESS_DELAY_MS; everything else at once. */
  #onChanged(document: OpenDocument, final: boolean): void {
    const timers = this.#timers.get(document.uri);
    if (!timers) return;
    if (final) {
      clearTimeout(timers.progress);
      timers.progress = undefined;
      this.#changed(document, true);
      return;
    }
    timers.progress ??= setTimeout(() => {
      timers.progress = undefined;
      this.#quietly("progress", () => this.#changed(document, document.takeUnseen()));
    }, PROGRESS_DELAY_MS);
  }

  /** Tells the client what there is now: marks, lenses, status. */
  #changed(document: OpenDocument, publish: boolean): void {
    if (this.#documents.get(document.uri) !== document) return;
    const status = document.status();
    if (publish) this.#publish(document, status.state === "foreign");
    void this.#connection.sendNotification(METHOD_STATUS, status);
    if (this.#can.lensRefresh && status.state !== "foreign")
      this.#connection.sendRequest(CodeLensRefreshRequest.type).catch(() => {});
  }

  #publish(document: OpenDocument, foreign: boolean): void {
    // What was read of an earlier text says nothing of this one: its marks stay until this one is read.
    if (!foreign && !document.isRead) return;
    const snapshot = foreign ? undefined : document.snapshot();
    const diagnostics = snapshot ? marks(snapshot).map((m) => toDiagnostic(snapshot, m)) : [];
    void this.#connection.sendDiagnostics({ uri: document.uri, version: document.version, diagnostics });
  }

  // ---- runs

  #run(document: OpenDocument, asked: Partial<SimulateParams>): void {
    this.#quietly("simulation", async () => {
      if (!(await this.#read(document))) return;
      const options = reviewOptions(this.#effective(), asked);
      const key = resultKey(document, options);
      const outcome = document.simulate(options);
      this.#running.set(key, outcome);
      void this.#showProgress(document, outcome);
      const ended = await outcome;
      if (this.#running.get(key) === outcome) this.#running.delete(key);
      if (ended.kind === "result" && ended.treeProblem === undefined) this.#remember(key, ended.result);
      if (ended.kind === "failed") this.#logError(document.path, ended.message);
    });
  }

  /** A kernel tree that cannot be used is told once, until the settings change. */
  #tellTree(ended: JobOutcome): void {
    if (ended.kind !== "result" || ended.treeProblem === undefined) return;
    if (this.#toldTrees.has(ended.treeProblem)) return;
    this.#toldTrees.add(ended.treeProblem);
    this.#quietly("message", async () => {
      const asked = await this.#connection.window.showErrorMessage(
        messageText(`${ended.treeProblem}. Until then reviews use the mail alone.`),
        { title: OPEN_SETTINGS },
      );
      if (asked?.title === OPEN_SETTINGS)
        await this.#connection.sendNotification(METHOD_OPEN_SETTINGS, { query: CONFIG_SECTION });
    });
  }

  /**
   * What was run before, or is being run, needs no second run: results are the text's, the tree's and the options' alone
   * (D5). An encoded mail and its readable copy are one text.
   */
  #runOrRecall(document: OpenDocument): void {
    this.#quietly("results", async () => {
      if ((await this.#read(document)) && !document.isForeign) this.#runOrRecallRead(document);
    });
  }

  #runOrRecallRead(document: OpenDocument): void {
    const key = resultKey(document, reviewOptions(this.#effective()));
    const known = this.#results.get(key);
    const running = this.#running.get(key);
    if (known) document.adopt(known);
    else if (!running) this.#run(document, {});
    else
      this.#quietly("shared simulation", async () => {
        const { version } = document;
        const ended = await running.catch(() => undefined);
        if (this.#documents.get(document.uri) !== document || document.version !== version) return;
        if (ended?.kind === "result") document.adopt(ended.result);
        // The document that was run for has gone; this one is still here.
        else if (document.state === "none") this.#runOrRecallRead(document);
      });
  }

  /** Waits until a document is read; false when it was edited or closed meanwhile. */
  async #read(document: OpenDocument): Promise<boolean> {
    return (await document.ready()) && this.#documents.get(document.uri) === document;
  }

  #remember(key: string, result: ReviewResult): void {
    this.#results.delete(key);
    this.#results.set(key, result);
    for (const oldest of this.#results.keys()) {
      if (this.#results.size <= RESULTS_MAX) return;
      this.#results.delete(oldest);
    }
  }

  /** Progress of the protocol, where the client can show it; its cancel button cancels the run. */
  async #showProgress(document: OpenDocument, outcome: Promise<unknown>): Promise<void> {
    if (!this.#can.progress) return;
    try {
      const progress = await this.#connection.window.createWorkDoneProgress();
      progress.begin(
        "Folioscope: simulating",
        0,
        terminalText(pathOf(document.uri).split("/").pop() ?? ""),
        true,
      );
      progress.token.onCancellationRequested(() => this.#quietly("cancel", () => void document.cancel()));
      const tick = setInterval(() => {
        const { done, total, left, message } = document.status();
        const price = left === null ? "" : ` (${aboutSeconds(left)})`;
        if (total > 0) progress.report(Math.floor((100 * done) / total), terminalText(message + price));
      }, PROGRESS_DELAY_MS);
      await outcome.catch(() => {});
      clearInterval(tick);
      progress.done();
    } catch (error) {
      this.#connection.console.log(terminalText(`progress is not shown: ${messageOf(error)}`));
    }
  }

  // ---- features

  #features(): void {
    const c = this.#connection;
    c.onHover((p) =>
      this.#answerAt("hover", p, (s, line) => {
        const found = hover(s, docLineOf(s, line));
        return found ? toHover(s, found) : null;
      }),
    );
    c.onCodeLens(
      (p) =>
        this.#scenarios.lenses(p) ??
        this.#answer("codeLens", p, [], (s) => codeLenses(s).map((l) => toCodeLens(s, l))),
    );
    c.onDocumentSymbol((p) =>
      this.#answer("documentSymbol", p, [], (s) => outline(s).map((n) => toSymbol(s, n))),
    );
    c.onFoldingRanges((p) => this.#answer("foldingRange", p, [], (s) => folds(s).map((f) => toFold(s, f))));
    c.onDocumentLinks((p) =>
      this.#answer("documentLink", p, [], (s) => links(s, this.#folders).map((l) => toLink(s, l))),
    );
    c.onDefinition((p) =>
      this.#answer("definition", p, null, (s) =>
        definition(s, docLineOf(s, lineOf(p))).map((n) => toLocation(s, n)),
      ),
    );
    c.onCodeAction((p) =>
      this.#answer("codeAction", p, [], (s) => {
        const from = Number(p.range.start.line);
        const to = Number(p.range.end.line);
        const here = everyMark(s).filter((m) => {
          const { start, end } = toDiagnostic(s, m).range;
          return start.line <= to && end.line >= from;
        });
        const actions = here.flatMap((m) => toCodeActions(s, m));
        const all = here.some((m) => m.fix) ? toRepairAll(s, repairs(s.parsed)) : null;
        return all ? [...actions, all] : actions;
      }),
    );
    c.languages.semanticTokens.on((p) =>
      this.#answer("semanticTokens", p, { data: [] }, (s) => ({ data: toTokenData(s, semanticTokens(s)) })),
    );
  }

  #ownRequests(): void {
    const c = this.#connection;
    c.onRequest(METHOD_TREE, (p: unknown) =>
      this.#caughtLater("tree", async (): Promise<TreeResult> => {
        const document = await this.#readDocument(p);
        if (document.isForeign)
          return { uri: document.uri, version: document.version, state: "foreign", roots: [], empty: "" };
        const snapshot = document.snapshot();
        const { uri, version, parsed } = document;
        return { uri, version, state: snapshot.state, roots: tree(snapshot), empty: nothingHere(parsed) };
      }),
    );
    c.onRequest(METHOD_SIMULATE, (p: unknown) =>
      this.#caughtLater("simulate", async (): Promise<SimulateResult> => {
        const document = await this.#readDocument(p);
        const why = notRunnable(document);
        if (why) return { started: false, message: why };
        this.#run(document, simulateParams(p));
        return { started: true, message: "" };
      }),
    );
    c.onRequest(METHOD_REPLAY, (p: unknown) => this.#caughtLater("replay", () => this.#replay(p)));
    c.onNotification(METHOD_FRONT, (p: unknown) =>
      this.#quietly("front", () => {
        const { uri, line } = (p ?? {}) as Partial<Record<keyof FrontParams, unknown>>;
        if (typeof uri === "string") this.#documents.get(uri)?.hurry(typeof line === "number" ? line : 0);
      }),
    );
    c.onRequest(METHOD_CANCEL, (p: unknown) => this.#caught("cancel", () => this.#document(p).cancel()));
    c.onRequest(METHOD_REPORT, (p: unknown) =>
      this.#caughtLater("report", async (): Promise<ReportResult> => {
        const finding = (p as { finding?: unknown }).finding;
        const document = await this.#readDocument(p);
        return report(document.snapshot(), typeof finding === "number" ? finding : undefined);
      }),
    );
    c.onRequest(METHOD_FINDING, (p: unknown) =>
      this.#caughtLater("finding", async (): Promise<FindingAnswer> => {
        const snapshot = (await this.#readDocument(p)).snapshot();
        const { finding, by, replay, docLine } = p as Partial<Record<keyof FindingParams, unknown>>;
        const index =
          typeof finding === "number"
            ? finding
            : typeof replay === "string"
              ? findingOfToken(snapshot, replay)
              : typeof docLine === "number"
                ? findingAtLine(snapshot, docLine)
                : null;
        return {
          view:
            index === null ? null : panelView(snapshot, index, typeof by === "number" ? Math.trunc(by) : 0),
        };
      }),
    );
    c.onRequest(METHOD_REPLY, (p: unknown) =>
      this.#caughtLater("reply", async (): Promise<ReplyResult> => {
        const document = await this.#readDocument(p);
        const { parsed, review } = document.snapshot();
        const finding = findingNamed(review, p);
        if (review === undefined || finding === undefined) return { text: "", token: "" };
        // Quoted from the text as it is now.
        const placed = { ...finding, docLine: review.place(finding.docLine) };
        return { text: terminalLines(replyText(parsed, placed)), token: finding.replay };
      }),
    );
    c.onRequest(METHOD_KUNIT, (p: unknown) =>
      this.#caughtLater("kunit", async (): Promise<KunitResult> => {
        const { parsed, review } = (await this.#readDocument(p)).snapshot();
        const finding = findingNamed(review, p);
        return { text: finding === undefined ? "" : kunitText(parsed, [finding]) };
      }),
    );
    c.onRequest(METHOD_LAUNCH, (p: unknown) =>
      this.#caughtLater("launch", async () => {
        const document = await this.#readDocument(p);
        const { finding, docLine } = p as { finding?: unknown; docLine?: unknown };
        const snapshot = document.snapshot();
        const here = typeof docLine === "number" ? findingAtLine(snapshot, docLine) : null;
        const index = typeof finding === "number" ? finding : here;
        const options = reviewOptions(this.#effective());
        return launchOf(snapshot, document.text, document.path, index, options);
      }),
    );
    c.onRequest(METHOD_REMARKS, (p: unknown) =>
      this.#caughtLater("remarks", async (): Promise<RemarksResult> => {
        const document = await this.#readDocument(p);
        const threads = document.isForeign ? [] : remarkThreads(document.snapshot());
        return { uri: document.uri, version: document.version, threads };
      }),
    );
    c.onRequest(METHOD_TESTS, (p: unknown) =>
      this.#caughtLater("tests", async () => testsOf(await this.#readDocument(p))),
    );
    c.onRequest(METHOD_RUN_TESTS, (p: unknown, token: CancellationToken) =>
      this.#caughtLater("tests", () => this.#runTests(p, token)),
    );
    c.onRequest(METHOD_TIMELINE, (p: unknown) =>
      this.#caughtLater("timeline", async () =>
        runTimeline(
          await this.#readDocument(p),
          { start: (...given) => this.#startShown(...given) },
          this.#effective(),
          p as TimelineParams,
        ),
      ),
    );
    c.onRequest(METHOD_IMAGES, (p: unknown) =>
      this.#caughtLater("before and after", async () =>
        makeImages(await this.#readDocument(p), this.#options.treeImages, this.#effective(), p),
      ),
    );
    c.onRequest(METHOD_SCENARIOS, (p: unknown) =>
      this.#caughtLater("scenarios", async (): Promise<ScenariosResult> => {
        const document = this.#documents.get((p as { uri?: string }).uri ?? "");
        const entries = await this.#options.catalogue();
        return { scenarios: scenarioList(entries, document?.snapshot().review?.result) };
      }),
    );
    c.onRequest(METHOD_ORDERS, (p: unknown, token: CancellationToken) =>
      this.#caughtLater("orders", async () =>
        askOrders(
          await this.#readDocument(p),
          this.#options.orders,
          reviewOptions(this.#effective()),
          p,
          token,
        ),
      ),
    );
    c.onRequest(METHOD_CASE_FILE, (p: unknown) =>
      this.#caughtLater("scenario file", async (): Promise<CaseFileResult> => {
        const { review } = (await this.#readDocument(p)).snapshot();
        const finding = findingNamed(review, p);
        const runs = finding === undefined ? [] : [finding.scenario, ...finding.alsoIn];
        return await this.#options.caseFiles(runs);
      }),
    );
    c.onRequest(METHOD_COMPARE, (p: unknown, token: CancellationToken) =>
      this.#caughtLater("comparison", async () => {
        const document = await this.#readDocument(p);
        const options = reviewOptions(this.#effective());
        return compareBeside({ document, queue: this.#options.queue, options, token }, p);
      }),
    );
    c.onRequest(METHOD_MUTATE, (p: unknown, token: CancellationToken) =>
      this.#caughtLater("mistakes", async () => {
        const document = await this.#readDocument(p);
        const options = reviewOptions(this.#effective());
        return mutateBeside({ document, queue: this.#options.queue, options, token }, p);
      }),
    );
    c.onRequest(METHOD_IMAGE_MARKS, (p: unknown) =>
      this.#caughtLater("before and after", async () =>
        imageMarks((await this.#readDocument(p)).snapshot(), (p as ImageMarksParams).patch),
      ),
    );
    c.onRequest(METHOD_IMAGE_HOVER, (p: unknown) =>
      this.#caught("hover", () => imageHover(this.#document(p).snapshot(), p as ImageHoverParams)),
    );
    c.onRequest(METHOD_READABLE_MAIL, (p: unknown) =>
      this.#caughtLater("readable mail", () => this.#readable(p)),
    );
  }

  async #replay(p: unknown): Promise<ReportResult> {
    const document = await this.#readDocument(p);
    const params = simulateParams(p);
    if (!params.replay) throw invalid("a replay needs the token of a finding");
    const why = notRunnable(document);
    if (why) return { title: "Replay", text: why + "\n" };
    const run = document.simulate(reviewOptions(this.#effective(), params));
    void this.#showProgress(document, run);
    const outcome = await run;
    this.#tellTree(outcome);
    return replayReport(document.snapshot(), params.replay, outcome);
  }

  /** A whole document or a patch of it runs as ever; one case runs beside the store, which stays as it is. */
  async #runTests(p: unknown, token: CancellationToken): Promise<TestsResult> {
    const document = await this.#readDocument(p);
    const why = notRunnable(document);
    if (why) return { ...testsOf(document), message: why };
    const { scenario, ...patch } = simulateParams(p);
    // A function that runs by itself has no scenario to choose it by: its patch runs, and its case is among the rest.
    const asked = scenario === undefined || isOwnRun(scenario) ? patch : { ...patch, scenario };
    const options = reviewOptions(this.#effective(), asked);
    if (scenario === undefined) {
      token.onCancellationRequested(() => document.cancel());
      const key = resultKey(document, options);
      const outcome = document.simulate(options);
      void this.#showProgress(document, outcome);
      const ended = await outcome;
      if (ended.kind === "result" && ended.treeProblem === undefined) this.#remember(key, ended.result);
      return { ...testsOf(document), message: ended.kind === "failed" ? ended.message : "" };
    }
    const job = this.#single().start(document.text, document.path, options, () => {});
    token.onCancellationRequested(() => job.cancel());
    const ended = await job.outcome;
    if (ended.kind === "result") return testsOf(document, ended.result);
    return {
      ...testsOf(document, NOTHING_YET),
      message: ended.kind === "failed" ? ended.message : "cancelled",
    };
  }

  async #readable(p: unknown): Promise<ReadableMailResult> {
    const { uri, bytes, repaired } = p as Record<"uri" | "bytes" | "repaired", unknown>;
    if (typeof uri !== "string") throw invalid("a document address is missing");
    const path = pathOf(uri);
    const parsed =
      typeof bytes === "string"
        ? await this.#options.reader.read(Buffer.from(bytes, "base64"), path).done
        : (await this.#readDocument(p)).parsed;
    return readableMail(parsed, path, repaired === true);
  }

  // ---- catching

  #document(p: unknown): OpenDocument {
    const params = p as { uri?: unknown; textDocument?: { uri?: unknown } } | null | undefined;
    const uri = params?.uri ?? params?.textDocument?.uri;
    if (typeof uri !== "string") throw invalid("a document address is missing");
    const document = this.#documents.get(uri);
    if (!document) throw invalid(`${pathOf(uri)} is not open in the editor; open it and try again`);
    return document;
  }

  /** The document of a request when its present text is read, however often it is edited meanwhile. */
  async #readDocument(p: unknown): Promise<OpenDocument> {
    for (;;) {
      const document = this.#document(p);
      if (document.isForeign || (await document.ready())) return document;
    }
  }

  /**
   * A feature of one document: nothing for foreign or unknown documents, nothing (and a log line) when it breaks. It waits
   * until the text is read, and so answers for the text that there is.
   */
  #answer<T>(what: string, params: unknown, empty: T, body: (snapshot: Snapshot) => T): Promise<T> {
    return this.#caughtLater(what, async () => {
      const uri = documentUri(params);
      for (;;) {
        const document = this.#documents.get(uri);
        if (!document || document.isForeign) return empty;
        if (await document.ready()) return document.isForeign ? empty : body(document.snapshot());
      }
    });
  }

  /**
   * A feature of one line, answered at once: from the text that was read last where the line was not edited since, else
   * with nothing.
   */
  #answerAt(
    what: string,
    params: { position: { line: number } },
    body: (snapshot: Snapshot, line: number) => Hover | null,
  ): Hover | null {
    return this.#caught(what, () => {
      const document = this.#documents.get(documentUri(params));
      const line = lineOf(params);
      if (!document || document.isForeign) return null;
      if (document.isRead) return body(document.snapshot(), line);
      void document.ready();
      const then = document.lineWhenRead(line);
      const found = then === undefined ? null : body(document.snapshot(), then);
      return found?.range ? { ...found, range: movedTo(found.range, line) } : found;
    });
  }

  async #caughtLater<T>(what: string, body: () => Promise<T>): Promise<T> {
    try {
      return await body();
    } catch (error) {
      return this.#caught(what, () => {
        throw error;
      });
    }
  }

  #caught<T>(what: string, body: () => T): T {
    try {
      return body();
    } catch (error) {
      if (error instanceof ResponseError) throw error;
      this.#logError(what, error);
      throw new ResponseError(
        LSPErrorCodes.RequestFailed,
        messageText(`${what} failed: ${messageOf(error)}`),
      );
    }
  }

  #logError(what: string, error: unknown): void {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#connection.console.error(terminalLines(`${what}: ${text}`));
  }

  #quietly(what: string, body: () => unknown): void {
    const failed = (error: unknown) => this.#logError(what, error);
    try {
      const result = body();
      if (result instanceof Promise) result.catch(failed);
    } catch (error) {
      failed(error);
    }
  }
}

/** The finding whose number a request has; undefined where it is of an earlier run, or the number none. */
const findingNamed = (review: Snapshot["review"], asked: unknown): Finding | undefined =>
  review?.result.findings[(asked as { finding?: unknown }).finding as number];

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
