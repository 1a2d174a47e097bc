/**
 * The commands: palette, editor title, tree and lenses. Each finds its document, asks the server, and shows what comes
 * back; a failure says what to do instead.
 */
import {
  env,
  type LogOutputChannel,
  Position,
  ProgressLocation,
  type QuickPickItem,
  Range,
  Selection,
  type TextDocument,
  TextEditorRevealType,
  Uri,
  ViewColumn,
  window,
  workspace,
} from "vscode";
import {
  type CaseFileResult,
  COMMAND_BRANCH,
  COMMAND_CANCEL,
  COMMAND_CASE_FILE,
  COMMAND_CLEAR_FILTER,
  COMMAND_COMPARE,
  COMMAND_COPY_REPLY,
  COMMAND_COPY_TOKEN,
  COMMAND_FILTER,
  COMMAND_KUNIT,
  COMMAND_LAST_CHANGE,
  COMMAND_MARK_SEEN,
  COMMAND_MOMENTS,
  COMMAND_MUTATE,
  COMMAND_NEXT_FINDING,
  COMMAND_OPEN_DIFF,
  COMMAND_OPEN_EXAMPLE,
  COMMAND_OPEN_MESSAGE,
  COMMAND_OPEN_READABLE,
  COMMAND_OPEN_REPAIRED,
  COMMAND_ORDERS,
  COMMAND_PREVIOUS_FINDING,
  COMMAND_REPLAY,
  COMMAND_RESTART,
  COMMAND_REVEAL,
  COMMAND_SHOW_FINDING,
  COMMAND_SHOW_LOG,
  COMMAND_SHOW_PANEL,
  COMMAND_SHOW_REPORT,
  COMMAND_SIMULATE,
  COMMAND_STEP,
  COMMAND_TO_FAULT,
  type CompareParams,
  type CompareResult,
  DOCUMENT_SCHEME,
  type KunitResult,
  MAIL_LANGUAGE,
  METHOD_CANCEL,
  METHOD_CASE_FILE,
  METHOD_COMPARE,
  METHOD_KUNIT,
  METHOD_MUTATE,
  METHOD_ORDERS,
  METHOD_READABLE_MAIL,
  METHOD_REPLAY,
  METHOD_REPLY,
  METHOD_REPORT,
  METHOD_SCENARIOS,
  METHOD_SIMULATE,
  METHOD_TREE,
  MUTANTS,
  type MutateParams,
  type MutateResult,
  ORDERS_MAX,
  ORDERS_SECONDS,
  type OrdersParams,
  type OrdersResult,
  REPORT_LANGUAGE,
  type ReadableMailResult,
  type ReplyResult,
  type ReportResult,
  type ScenarioRow,
  type ScenariosResult,
  type SimulateParams,
  type SimulateResult,
  type TreeNode,
  type TreeResult,
} from "../server/protocol.ts";
import { messageText } from "../server/report/text.ts";
import { askFilter } from "./ask_filter.ts";
import { type Client, type Host, isWanted } from "./client.ts";
import type { Documents } from "./documents.ts";
import type { FindingPanel } from "./finding_panel.ts";
import { type Images, sourceOf } from "./images.ts";
import { baseName, chooseMoment, type Notebook } from "./notebook.ts";
import { NO_FILTER, type RowFilter } from "./row_filter.ts";
import type { Seen } from "./seen.ts";
import { backToLastChange, goToFault, steppedMail, stepThrough } from "./stepping.ts";
import type { PatchTree, Row } from "./tree.ts";
import { openMessage, simulateBranch } from "./ways_in.ts";

/** What a lens, a hover link or a tree row hands to a command. */
interface Target {
  readonly uri?: string;
  readonly patch?: string;
  readonly scenario?: string;
  readonly replay?: string;
  readonly finding?: number;
  readonly line?: number;
}

export interface CommandHost {
  readonly host: Host;
  readonly client: Client;
  readonly documents: Documents;
  readonly panel: FindingPanel;
  readonly images: Images;
  readonly tree: PatchTree;
  readonly seen: Seen;
  readonly notebook: Notebook;
  readonly setFilter: (filter: RowFilter) => void;
  readonly log: LogOutputChannel;
}

/** Command id -> handler; main.ts registers them all. */
export function commandTable(host: CommandHost): Record<string, (...args: unknown[]) => unknown> {
  return {
    [COMMAND_SIMULATE]: (arg) => simulate(host, arg),
    [COMMAND_CANCEL]: (arg) => onDocument(arg, (uri) => host.client.request(METHOD_CANCEL, { uri })),
    [COMMAND_OPEN_DIFF]: (arg) => openDiff(host, arg),
    [COMMAND_FILTER]: () => filterRows(host),
    [COMMAND_CLEAR_FILTER]: () => host.setFilter(NO_FILTER),
    [COMMAND_MARK_SEEN]: () => markSeen(host),
    [COMMAND_ORDERS]: (arg) => tryOrders(host, arg),
    [COMMAND_MOMENTS]: () => goToMoment(host),
    [COMMAND_CASE_FILE]: (arg) => openCase(host, arg),
    [COMMAND_KUNIT]: (arg) => openKunit(host, arg),
    [COMMAND_COMPARE]: (arg) => compare(host, arg),
    [COMMAND_MUTATE]: (arg) => mutate(host, arg),
    [COMMAND_REPLAY]: (arg) => replay(host, arg),
    [COMMAND_SHOW_FINDING]: (arg) => showFinding(host, arg),
    [COMMAND_SHOW_PANEL]: (arg) => showPanel(host, arg),
    [COMMAND_COPY_REPLY]: (arg) => copy(host, arg, "reply"),
    [COMMAND_COPY_TOKEN]: (arg) => copy(host, arg, "token"),
    [COMMAND_NEXT_FINDING]: (arg) => nextFinding(host, arg, 1),
    [COMMAND_PREVIOUS_FINDING]: (arg) => nextFinding(host, arg, -1),
    [COMMAND_STEP]: (arg) =>
      onDocument(arg, (uri, given) => stepThrough(host.client, Uri.parse(uri), given.finding)),
    [COMMAND_LAST_CHANGE]: (arg) => backToLastChange(arg),
    [COMMAND_TO_FAULT]: () => goToFault(),
    [COMMAND_SHOW_REPORT]: (arg) => onDocument(arg, (uri) => openReport(host, uri, undefined)),
    [COMMAND_OPEN_READABLE]: (arg) => openReadable(host, arg),
    [COMMAND_OPEN_REPAIRED]: (arg) => openRepaired(host, arg),
    [COMMAND_OPEN_EXAMPLE]: (arg) => openExample(host, arg),
    [COMMAND_OPEN_MESSAGE]: () => openMessage(host),
    [COMMAND_BRANCH]: () => simulateBranch(host),
    [COMMAND_REVEAL]: (arg) => reveal(host, target(arg)),
    [COMMAND_RESTART]: () => host.client.restart(),
    [COMMAND_SHOW_LOG]: () => host.log.show(true),
  };
}

async function simulate(host: CommandHost, arg: unknown): Promise<void> {
  await onDocument(arg, async (uri, given) => {
    const params: SimulateParams = { uri, ...pick(given) };
    const answer = await host.client.request<SimulateResult>(METHOD_SIMULATE, params);
    if (!answer.started) void window.showWarningMessage(messageText(answer.message));
  });
}

async function replay(host: CommandHost, arg: unknown): Promise<void> {
  await onDocument(arg, async (uri, given) => {
    const token =
      given.replay ??
      (await window.showInputBox({
        title: "Folioscope: Replay",
        prompt: "The replay token of a finding. It runs that one scenario with that schedule.",
        placeHolder: "copied from a report, a hover or the command line",
        ignoreFocusOut: true,
        validateInput: (v) =>
          v.trim() === "" || /^\S+$/.test(v.trim()) ? undefined : "A token has no blanks in it.",
      }));
    if (!token?.trim()) return;
    const report = await host.client.request<ReportResult>(METHOD_REPLAY, { uri, replay: token.trim() });
    await host.documents.open("report", report.title, report.text, uri, REPORT_LANGUAGE);
  });
}

async function showFinding(host: CommandHost, arg: unknown): Promise<void> {
  await onDocument(arg, async (uri, given) => {
    const finding = given.finding ?? (await chooseFinding(host, uri));
    if (finding !== undefined) await openReport(host, uri, finding);
  });
}

async function showPanel(host: CommandHost, arg: unknown): Promise<void> {
  await onDocument(arg, async (uri, given) => {
    const finding = given.finding ?? (await chooseFinding(host, uri));
    if (finding !== undefined) await host.panel.show({ uri, finding });
  });
}

const EARLIER_RUN = "This finding belongs to an earlier run. Choose it again in the sidebar.";

/** Puts a finding into the clipboard, as a reply or as its replay token. Nothing is sent. */
async function copy(host: CommandHost, arg: unknown, what: "reply" | "token"): Promise<void> {
  await onDocument(arg, async (uri, given) => {
    const finding = given.finding ?? (await chooseFinding(host, uri));
    if (finding === undefined) return;
    const reply = await host.client.request<ReplyResult>(METHOD_REPLY, { uri, finding });
    if (reply.text === "") {
      void window.showWarningMessage(EARLIER_RUN);
      return;
    }
    await env.clipboard.writeText(what === "reply" ? reply.text : reply.token);
    const said = what === "reply" ? "reply copied: paste it into your mailer" : "replay token copied";
    void window.setStatusBarMessage(`Folioscope: ${said}`, 4000);
  });
}

/** The cursor's line (1-based) where the document is in front. */
function cursorLine(uri: string): number | undefined {
  const editor = window.activeTextEditor;
  return editor?.document.uri.toString() === uri ? editor.selection.active.line + 1 : undefined;
}

/** Both images of the file at a finding, at a row's line, or at the cursor. */
async function openDiff({ images }: CommandHost, arg: unknown): Promise<void> {
  await onDocument(arg, async (uri, { finding, line }) => {
    const docLine = line ?? cursorLine(uri);
    await images.open({
      uri,
      ...(finding === undefined ? {} : { finding }),
      ...(docLine === undefined ? {} : { docLine }),
    });
  });
}

async function filterRows({ tree, setFilter }: CommandHost): Promise<void> {
  const filter = await askFilter(tree.filter);
  if (filter !== undefined) setFilter(filter);
}

async function markSeen({ tree, seen }: CommandHost): Promise<void> {
  const editor = window.activeTextEditor;
  if (editor === undefined || !(await seen.toggleAt(editor, tree.hunks)))
    void window.showInformationMessage("Put the cursor into a hunk first: it is marked as seen there.");
}

async function nextFinding(host: CommandHost, arg: unknown, by: number): Promise<void> {
  await onDocument(arg, async (uri) => {
    await host.panel.move(uri, cursorLine(uri) ?? 0, by);
  });
}

/** The finding at the cursor, or the one the reader picks; undefined when there is none. */
async function chooseFinding(host: CommandHost, uri: string): Promise<number | undefined> {
  const tree = await host.client.request<TreeResult>(METHOD_TREE, { uri });
  const all: TreeNode[] = [];
  const walk = (nodes: readonly TreeNode[]) => {
    for (const n of nodes) {
      if (n.kind === "finding") all.push(n);
      walk(n.children);
    }
  };
  walk(tree.roots);
  if (all.length === 0) {
    void window.showInformationMessage(
      "There is no finding in this document. Simulate the patch first, or look at the report.",
    );
    return undefined;
  }
  const line = cursorLine(uri) ?? 0;
  const here = all.filter((n) => n.docLine === line);
  if (here.length === 1) return here[0]?.finding;
  const items = (here.length > 1 ? here : all).map((n): QuickPickItem & { finding: number | undefined } => ({
    label: n.label,
    description: n.description,
    detail: n.docLine > 0 ? `line ${n.docLine}` : "",
    finding: n.finding,
  }));
  const chosen = await window.showQuickPick(items, {
    title: "Folioscope: findings",
    matchOnDescription: true,
  });
  return chosen?.finding;
}

/** Asks which kept moment is meant, opens its mail and stands on it. */
async function goToMoment({ notebook, panel }: CommandHost): Promise<void> {
  const moment = await chooseMoment(notebook);
  if (moment === undefined) return;
  const uri = Uri.parse(moment.uri);
  if (!window.visibleTextEditors.some((e) => e.document.uri.toString() === moment.uri))
    await window.showTextDocument(await workspace.openTextDocument(uri), { preview: false });
  if (await panel.goTo(moment)) return;
  void window.showInformationMessage(
    messageText(
      `The finding of this moment is not among the results of ${baseName(uri)}. Simulate the mail; if its patch or Folioscope has changed since, the moment is of a run that there is no more.`,
    ),
  );
}

/** Scenarios to try the orders of: those that ran first, races before the rest of them. */
async function askScenario(host: CommandHost, uri: string): Promise<ScenarioRow | undefined> {
  const { scenarios } = await host.client.request<ScenariosResult>(METHOD_SCENARIOS, { uri });
  const rank = (row: ScenarioRow): number => (row.runs > 0 ? 0 : 2) + (row.name.startsWith("race-") ? 0 : 1);
  const items = [...scenarios]
    .sort((a, b) => rank(a) - rank(b))
    .map((row) => ({
      row,
      label: row.name,
      description: row.runs > 0 ? "ran" : "",
      detail: row.title,
    }));
  const chosen = await window.showQuickPick(items, {
    title: "Folioscope: try the orders of which scenario's tasks",
    matchOnDetail: true,
  });
  return chosen?.row;
}

/** What can be tried of a scenario, as the server is asked for it. */
const TRIALS: readonly { label: string; detail: string; params: Pick<OrdersParams, "faults" | "weak"> }[] = [
  {
    label: "Orders of the tasks",
    detail: "Every order with at most two preemptions, and some drawn at random beyond.",
    params: {},
  },
  {
    label: "Orders with late stores (weak memory)",
    detail:
      "Stores are seen late where no barrier, lock or dependency orders them, as the kernel's memory model lets them.",
    params: { weak: true },
  },
  {
    label: "Failing calls, one at a time",
    detail: "Each call that can fail does, signals and I/O errors come, copies meet poison.",
    params: { faults: 1 },
  },
  {
    label: "Failing calls, in pairs",
    detail: "The same, and then each pair of them.",
    params: { faults: 2 },
  },
];

/** What is tried of a scenario; what it may cost is said before it is paid. @param cases how many the scenario has, 0 for one that is named */
async function askTrial(scenario: string, cases: number): Promise<(typeof TRIALS)[number] | undefined> {
  const of = cases > 1 ? `${cases} cases` : "one case";
  return await window.showQuickPick(TRIALS, {
    title: `Folioscope: ${scenario}`,
    placeHolder: `${of}, each at most ${ORDERS_MAX} runs a side; ${ORDERS_SECONDS / 60} minutes at the most`,
  });
}

/** "order=0,9 index=0,512" has four cases. */
const casesIn = (params: string): number =>
  params.split(" ").reduce((n, p) => n * Math.max(1, p.split(",").length), 1);

/** A long request that the reader may give up; undefined: it was given up. */
async function cancellable<T>(
  host: CommandHost,
  title: string,
  method: string,
  params: object,
): Promise<T | undefined> {
  return window.withProgress(
    { location: ProgressLocation.Notification, title, cancellable: true },
    (_progress, token) =>
      host.client.request<T>(method, params, token).catch((error: unknown) => {
        if (token.isCancellationRequested) return undefined;
        throw error;
      }),
  );
}

async function tryOrders(host: CommandHost, arg: unknown): Promise<void> {
  await onDocument(arg, async (uri, { scenario, patch }) => {
    const row = scenario === undefined ? await askScenario(host, uri) : undefined;
    const wanted = scenario ?? row?.name;
    if (wanted === undefined) return;
    const trial = await askTrial(wanted, row === undefined ? 1 : casesIn(row.params));
    if (trial === undefined) return;
    const params: OrdersParams = {
      uri,
      scenario: wanted,
      ...trial.params,
      ...(patch === undefined ? {} : { patch }),
    };
    const title = `${wanted}: ${trial.label.toLowerCase()}`;
    const answer = await cancellable<OrdersResult>(host, title, METHOD_ORDERS, params);
    if (answer !== undefined)
      await host.documents.open("report", answer.title, answer.text, uri, REPORT_LANGUAGE);
  });
}

/** The run of a finding as a scenario file, new and not saved yet: it joins the reviews of the folder that it is saved in. */
async function openCase(host: CommandHost, arg: unknown): Promise<void> {
  await onDocument(arg, async (uri, given) => {
    const finding = given.finding ?? (await chooseFinding(host, uri));
    if (finding === undefined) return;
    const file = await host.client.request<CaseFileResult>(METHOD_CASE_FILE, { uri, finding });
    if (file.problem !== "") {
      void window.showWarningMessage(messageText(`There is no scenario file of this run: ${file.problem}.`));
      return;
    }
    await showUnsaved("yaml", file.yaml);
    void window.setStatusBarMessage(`Folioscope: save it as ${file.name}.scenario.yaml`, 8000);
  });
}

/** Shows a new text beside, to be saved where the reader likes. */
async function showUnsaved(language: string, content: string): Promise<void> {
  const document = await workspace.openTextDocument({ language, content });
  await window.showTextDocument(document, { viewColumn: ViewColumn.Beside, preview: false });
}

/** A finding as the beginning of a KUnit test, new and not saved yet. */
async function openKunit(host: CommandHost, arg: unknown): Promise<void> {
  await onDocument(arg, async (uri, given) => {
    const finding = given.finding ?? (await chooseFinding(host, uri));
    if (finding === undefined) return;
    const { text } = await host.client.request<KunitResult>(METHOD_KUNIT, { uri, finding });
    if (text === "") {
      void window.showWarningMessage(EARLIER_RUN);
      return;
    }
    await showUnsaved("c", text);
  });
}

/** Files that may hold a version of a series. */
const MAIL_FILES = "**/*.{mbox,mbx,eml,patch,diff,txt}";
const MAIL_FILES_MAX = 500;

/** The file of the other version: of the folder, or chosen; null for the last two of the document itself. */
async function askVersion(uri: string): Promise<string | null | undefined> {
  const files = await workspace.findFiles(MAIL_FILES, undefined, MAIL_FILES_MAX);
  const here = { label: "$(versions) The last two versions in this document", file: null };
  const other = { label: "$(folder-opened) Another file…", file: undefined };
  const chosen = await window.showQuickPick(
    [
      here,
      ...files
        .filter((f) => f.scheme === "file" && f.toString() !== uri)
        .map((f) => ({ label: workspace.asRelativePath(f), file: f.fsPath }))
        .sort((a, b) => (a.label < b.label ? -1 : 1)),
      other,
    ],
    { title: "Folioscope: compare this series with which version" },
  );
  if (chosen !== other) return chosen?.file;
  const [found] = (await window.showOpenDialog({ title: "The other version of the series" })) ?? [];
  return found?.fsPath;
}

async function compare(host: CommandHost, arg: unknown): Promise<void> {
  await onDocument(arg, async (uri) => {
    const other = await askVersion(uri);
    if (other === undefined) return;
    const params: CompareParams = { uri, ...(other === null ? {} : { with: other }) };
    const answer = await cancellable<CompareResult>(host, "Running both versions", METHOD_COMPARE, params);
    if (answer === undefined) return;
    if (answer.problem !== "") void window.showWarningMessage(messageText(answer.problem));
    else {
      host.tree.setSince(uri, answer);
      await host.documents.open("report", answer.title, answer.text, uri, REPORT_LANGUAGE);
    }
  });
}

/** Mistakes in what the patch at the cursor adds, and which of them its runs notice. */
async function mutate(host: CommandHost, arg: unknown): Promise<void> {
  await onDocument(arg, async (uri) => {
    const line = cursorLine(uri);
    const params: MutateParams = { uri, ...(line === undefined ? {} : { line }) };
    const title = `Reviewing with up to ${MUTANTS} mistakes, one at a time`;
    const answer = await cancellable<MutateResult>(host, title, METHOD_MUTATE, params);
    if (answer === undefined) return;
    if (answer.problem !== "") void window.showWarningMessage(messageText(answer.problem));
    else await host.documents.open("report", answer.title, answer.text, uri, REPORT_LANGUAGE);
  });
}

async function openReport(host: CommandHost, uri: string, finding: number | undefined): Promise<void> {
  const report = await host.client.request<ReportResult>(
    METHOD_REPORT,
    finding === undefined ? { uri } : { uri, finding },
  );
  await host.documents.open("report", report.title, report.text, uri, REPORT_LANGUAGE);
}

/** The mails of the walkthrough. */
const EXAMPLES = [
  { name: "leaked-reference", label: "A patch that leaks a reference" },
  { name: "fix-index", label: "A patch that mends" },
  { name: "clean-refactor", label: "A patch that changes nothing" },
];

async function openExample({ documents }: CommandHost, arg: unknown): Promise<void> {
  const chosen =
    EXAMPLES.find((e) => e.name === arg) ??
    (await window.showQuickPick(EXAMPLES, { title: "Folioscope: example mails" }));
  if (chosen !== undefined) await documents.openExample(chosen.name);
}

/** A readable copy with every repair made, as a new document that can be saved. */
async function openRepaired(host: CommandHost, arg: unknown): Promise<void> {
  await onDocument(arg, async (uri) => {
    const mail = await host.client.request<ReadableMailResult>(METHOD_READABLE_MAIL, { uri, repaired: true });
    if (mail.problem) {
      void window.showWarningMessage(messageText(mail.problem));
      return;
    }
    const document = await workspace.openTextDocument({ language: MAIL_LANGUAGE, content: mail.text });
    await window.showTextDocument(document, { preview: false });
  });
}

async function openReadable(host: CommandHost, arg: unknown): Promise<void> {
  const uri = arg instanceof Uri ? arg : currentUri(target(arg));
  if (!uri) {
    void window.showInformationMessage("Open a mail first, or choose one in the explorer.");
    return;
  }
  const open = workspace.textDocuments.find((d) => d.uri.toString() === uri.toString());
  const params =
    open && isWanted(open)
      ? { uri: uri.toString() }
      : { uri: uri.toString(), bytes: Buffer.from(await workspace.fs.readFile(uri)).toString("base64") };
  const mail = await host.client.request<ReadableMailResult>(METHOD_READABLE_MAIL, params);
  if (mail.problem) {
    void window.showWarningMessage(messageText(mail.problem));
    return;
  }
  await host.documents.open("mail", mail.title, mail.text, uri.toString(), MAIL_LANGUAGE);
}

/**
 * Shows a line of a document, in the editor that has it already where there is one. Only a document that is open, one
 * that a report of ours is of, or a file of the workspace: whoever calls the command names no other.
 */
async function reveal({ documents }: CommandHost, { uri, line }: Target): Promise<void> {
  if (typeof uri !== "string" || !Number.isInteger(line) || line === undefined || line < 1) return;
  const wanted = Uri.parse(uri);
  const ours =
    workspace.textDocuments.some((d) => d.uri.toString() === wanted.toString()) ||
    workspace.getWorkspaceFolder(wanted) !== undefined ||
    documents.isSource(uri);
  if (!ours) {
    void window.showWarningMessage("This place is neither in the workspace nor in a mail that is open.");
    return;
  }
  const shown = window.visibleTextEditors.find((e) => e.document.uri.toString() === wanted.toString());
  const document = shown?.document ?? (await workspace.openTextDocument(wanted));
  const at = new Position(Math.min(line, document.lineCount) - 1, 0);
  const editor = await window.showTextDocument(document, {
    ...(shown?.viewColumn ? { viewColumn: shown.viewColumn } : {}),
    preserveFocus: true,
    preview: false,
  });
  editor.selection = new Selection(at, at);
  editor.revealRange(new Range(at, at), TextEditorRevealType.InCenterIfOutsideViewport);
}

/** Runs `body` on the document that the argument names or the active editor shows. */
async function onDocument(arg: unknown, body: (uri: string, given: Target) => unknown): Promise<void> {
  const given = target(arg);
  const uri = currentUri(given);
  if (!uri) {
    void window.showInformationMessage(
      "Open a mail or a patch first: .patch, .diff, .mbox, .eml, or a mail in a .txt.",
    );
    return;
  }
  await body(uri.toString(), given);
}

function target(arg: unknown): Target {
  if (arg instanceof Uri) return { uri: arg.toString() };
  if (isRow(arg)) {
    const { node, uri } = arg;
    return {
      uri,
      ...(node.docLine > 0 ? { line: node.docLine } : {}),
      ...(node.finding !== undefined ? { finding: node.finding } : {}),
      ...(node.patch !== undefined ? { patch: node.patch } : {}),
    };
  }
  return typeof arg === "object" && arg !== null ? (arg as Target) : {};
}

function isRow(arg: unknown): arg is Row {
  return typeof arg === "object" && arg !== null && "node" in arg && "uri" in arg;
}

function currentUri(given: Target): Uri | undefined {
  if (given.uri) return Uri.parse(given.uri);
  const active = activeDocument();
  return active?.uri;
}

/**
 * The active patch, the one that an active image is of, the one whose run is stepped through while other sources are shown, or the
 * one visible beside an active report.
 */
export function activeDocument(): TextDocument | undefined {
  const active = window.activeTextEditor?.document;
  const source = active === undefined ? undefined : sourceOf(active.uri);
  if (source !== undefined) return workspace.textDocuments.find((d) => d.uri.toString() === source);
  const stepped = active === undefined || !isWanted(active) ? steppedMail() : undefined;
  if (stepped !== undefined) return workspace.textDocuments.find((d) => d.uri.toString() === stepped);
  if (active && active.languageId !== REPORT_LANGUAGE && active.uri.scheme !== "output") return active;
  const visible = window.visibleTextEditors.map((e) => e.document);
  return visible.find(
    (d) => (d.uri.scheme !== DOCUMENT_SCHEME || d.languageId === MAIL_LANGUAGE) && isWanted(d),
  );
}

function pick(given: Target): Partial<SimulateParams> {
  return {
    ...(given.patch !== undefined ? { patch: given.patch } : {}),
    ...(given.scenario !== undefined ? { scenario: given.scenario } : {}),
  };
}
