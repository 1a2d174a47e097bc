/**
 * What activation does, on a desktop (desktop.ts) as in a browser (web.ts): wires the language client to the sidebar, the status item, the commands and the virtual documents. The
 * server is started by the first document that shows a patch, so that opening a plain text costs one look at it.
 */
import {
  commands,
  Disposable,
  type ExtensionContext,
  languages,
  TreeItemCheckboxState,
  window,
  workspace,
} from "vscode";
import {
  DOCUMENT_SCHEME,
  METHOD_TREE,
  REPORT_LANGUAGE,
  type StatusParams,
  type TreeResult,
} from "../server/protocol.ts";
import { messageText } from "../server/report/text.ts";
import { registerTools } from "./assistant.ts";
import { Client, type Host, isWanted } from "./client.ts";
import { activeDocument, commandTable } from "./commands.ts";
import { Documents } from "./documents.ts";
import { FindingPanel, panelHandlers } from "./finding_panel.ts";
import { Images } from "./images.ts";
import { createLog } from "./log.ts";
import { Notebook } from "./notebook.ts";
import { Remarks } from "./remarks.ts";
import { filterText, isFiltering, type RowFilter } from "./row_filter.ts";
import { RunsView } from "./runs_view.ts";
import { ScenarioTests } from "./scenario_tests.ts";
import { ScenariosView } from "./scenarios_view.ts";
import { hunksOf, Seen } from "./seen.ts";
import { Status } from "./status.ts";
import { registerStepping } from "./stepping.ts";
import { PatchTree, type Row } from "./tree.ts";

/** The tree is asked for at once, and again this long after an answer at the soonest, however many status notifications come. */
const TREE_EVERY_MS = 60;
/** A cursor rests this long on a line before its patch goes first. */
const LOOK_MS = 300;
/** Ages of results are told anew. */
const AGES_MS = 20_000;

let client: Client | undefined;

/** `host`: where the server and the debug adapter run. */
export function start(context: ExtensionContext, host: Host): void {
  const log = createLog();
  const documents = new Documents(context.extensionUri);
  const status = new Status();
  const seen = new Seen(context.globalState);
  const notebook = new Notebook(context.globalState);
  const tree = new PatchTree(seen);
  const view = window.createTreeView<Row>("folioscope.patches", {
    treeDataProvider: tree,
    showCollapseAll: true,
    manageCheckboxStateManually: true,
  });
  view.onDidChangeCheckboxState(({ items }) => {
    for (const [row, state] of items)
      void seen.mark(hunksOf(row.node), state === TreeItemCheckboxState.Checked);
  });
  const states = new Map<string, StatusParams>();
  const runs = new RunsView();

  let asking = false;
  let askAgain = false;
  const refreshTree = (): void => {
    askAgain = asking;
    if (asking) return;
    asking = true;
    const after = () => {
      asking = false;
      if (askAgain) refreshTree();
    };
    void showTree().finally(() => setTimeout(after, TREE_EVERY_MS));
  };
  const contexts = new Map<string, boolean>();
  /** Tells the editor's `when` clauses, where it is something else than before. */
  const setContext = (name: string, value: boolean): void => {
    if (contexts.get(name) === value) return;
    contexts.set(name, value);
    void commands.executeCommand("setContext", `folioscope.${name}`, value);
  };
  /** What the rows leave out, so that an empty sidebar is not taken for a patch without faults. */
  const filterMessage = (): string => (isFiltering(tree.filter) ? `Only: ${filterText(tree.filter)}` : "");
  const setFilter = (filter: RowFilter): void => {
    tree.setFilter(filter);
    setContext("filtered", isFiltering(filter));
    refreshTree();
  };
  const showSeen = (): void => {
    const uri = activeDocument()?.uri.toString();
    for (const editor of window.visibleTextEditors)
      if (editor.document.uri.toString() === uri) seen.show(editor, tree.hunks);
  };
  seen.onDidChange(showSeen);
  const showTree = async () => {
    const uri = activeDocument()?.uri.toString();
    const state = uri ? states.get(uri) : undefined;
    if (!uri || !state || state.state === "foreign") {
      tree.show(undefined);
      view.description = "";
      view.message = "";
      view.badge = undefined;
      return;
    }
    try {
      const result = await client?.request<TreeResult>(METHOD_TREE, { uri });
      if (activeDocument()?.uri.toString() !== uri) return;
      tree.show(result);
      showSeen();
      view.description =
        state.state === "obsolete" ? "obsolete" : state.state === "checking" ? "running" : "";
      view.message = result?.empty || filterMessage();
      await revealWorst(uri);
      const count = state.counts.new;
      view.badge = count > 0 ? { value: count, tooltip: `${count} new` } : undefined;
    } catch (error) {
      log.error("the tree could not be read:", String(error));
    }
  };
  /** How loud the finding is that was shown of a document; a louder one opens its row, whatever was closed by hand before. */
  const revealed = new Map<string, number>();
  const revealWorst = async (uri: string) => {
    const worst = tree.worst();
    if (worst === undefined) revealed.delete(uri);
    else if (view.visible && worst.loudness > (revealed.get(uri) ?? 0)) {
      revealed.set(uri, worst.loudness);
      await view.reveal(worst.row, { select: false, focus: false });
    }
  };
  let front = "";
  const tellFront = (uri: string): void => {
    const editor = window.visibleTextEditors.find((e) => e.document.uri.toString() === uri);
    const line = editor === undefined ? undefined : editor.selection.active.line + 1;
    const place = `${uri}:${line}`;
    if (place !== front && client?.front(uri, line)) front = place;
  };
  let looking: ReturnType<typeof setTimeout> | undefined;
  const showActive = () => {
    const uri = activeDocument()?.uri.toString();
    const state = uri ? states.get(uri) : undefined;
    status.show(state);
    if (state?.state !== "checking") scenariosView.refresh(uri);
    if (uri !== undefined) tellFront(uri);
    const patch = state !== undefined && state.state !== "foreign" && !state.empty;
    const empty = state !== undefined && state.state !== "foreign" && state.empty;
    setContext("isPatch", patch);
    // The view says what such a mail is instead.
    setContext("isEmpty", empty);
    setContext("checking", state?.state === "checking");
    setContext("encoded", state?.encoded === true);
    refreshTree();
  };

  const made = new Client(host, log, (state) => {
    states.set(state.uri, state);
    panel.refresh(state.uri, state.state === "checking");
    remarks.status(state).catch((error) => log.error("the remarks could not be read:", String(error)));
    images.status(state);
    runs.status(state);
    scenarios.status(state).catch((error) => log.error("the tests could not be read:", String(error)));
    if (state.uri === activeDocument()?.uri.toString()) showActive();
  });
  client = made;
  const panel = new FindingPanel(made, context, panelHandlers(), notebook);
  const images = new Images(made);
  const scenariosView = new ScenariosView(made);
  const ages = setInterval(() => {
    status.tick();
    runs.tick();
  }, AGES_MS);
  const remarks = new Remarks(made);
  const scenarios = new ScenarioTests(made);
  const wake = (document: { languageId: string } & Parameters<typeof isWanted>[0]) => {
    if (!made.awake && isWanted(document))
      made.start().catch((error) => {
        log.error("the server does not start:", String(error));
        void window.showErrorMessage("Folioscope: the server does not start; the output channel says why.");
      });
  };

  const disposables: Disposable[] = [
    log,
    view,
    seen,
    panel,
    images,
    window.createTreeView("folioscope.scenarios", { treeDataProvider: scenariosView }),
    window.createTreeView("folioscope.runs", { treeDataProvider: runs }),
    new Disposable(() => clearInterval(ages)),
    scenarios,
    remarks,
    window.onDidChangeTextEditorSelection(({ textEditor, selections }) => {
      const line = selections[0]?.active.line;
      const uri = textEditor.document.uri.toString();
      if (line === undefined || !states.has(uri)) return;
      panel.follow(uri, line + 1);
      clearTimeout(looking);
      looking = setTimeout(() => tellFront(uri), LOOK_MS);
    }),
    status.item,
    ...registerStepping(host, made, () => activeDocument()?.uri),
    workspace.registerTextDocumentContentProvider(DOCUMENT_SCHEME, documents),
    languages.registerDocumentLinkProvider({ scheme: DOCUMENT_SCHEME, language: REPORT_LANGUAGE }, documents),
    workspace.onDidOpenTextDocument(wake),
    workspace.onDidCloseTextDocument((document) => {
      documents.forget(document);
      images.forget(document);
      runs.forget(document.uri.toString());
      states.delete(document.uri.toString());
      remarks.forget(document.uri.toString());
      scenarios.forget(document.uri.toString());
      showActive();
    }),
    workspace.onDidChangeTextDocument((event) => wake(event.document)),
    window.onDidChangeActiveTextEditor(showActive),
    window.onDidChangeVisibleTextEditors(showActive),
  ];
  const parts = { host, client: made, documents, panel, images, tree, seen, notebook, setFilter, log };
  for (const [id, handler] of Object.entries(commandTable(parts)))
    disposables.push(
      commands.registerCommand(id, async (...args: unknown[]) => {
        try {
          return await handler(...args);
        } catch (error) {
          log.error(`${id}:`, String(error));
          void window.showErrorMessage(
            messageText(`Folioscope: ${error instanceof Error ? error.message : String(error)}`),
          );
          return undefined;
        }
      }),
    );
  const { languageModelTools } = context.extension.packageJSON.contributes;
  context.subscriptions.push(...disposables, ...registerTools(languageModelTools, host));
  for (const document of workspace.textDocuments) wake(document);
}

export async function stop(): Promise<void> {
  await client?.stop();
}
