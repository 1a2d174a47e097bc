/**
 * The finding panel beside the patch: one webview that shows the finding at the cursor, or the one it is pinned to. Asks
 * the server for findings and runs; the page itself is extension/panel. Nothing is loaded from outside the extension.
 */
import {
  commands,
  type Disposable,
  type ExtensionContext,
  env,
  Uri,
  ViewColumn,
  type WebviewPanel,
  window,
} from "vscode";
import {
  COMMAND_COPY_REPLY,
  COMMAND_OPEN_DIFF,
  COMMAND_ORDERS,
  COMMAND_REVEAL,
  COMMAND_SHOW_FINDING,
  COMMAND_SIMULATE,
  COMMAND_STEP,
  METHOD_FINDING,
  METHOD_TIMELINE,
} from "../server/protocol.ts";
import {
  type FindingAnswer,
  type FindingParams,
  type FindingView,
  type FromPanel,
  PANEL_ACTIONS,
  type PanelAction,
  type TimelineAnswer,
  type ToPanel,
} from "../server/report/panel_view.ts";
import type { Client } from "./client.ts";
import type { KeptMoment, Notebook } from "./notebook.ts";

/** The cursor rests this long on a line before the panel follows it. */
const FOLLOW_MS = 150;

/** What an action of the panel does beyond the panel; those that are not here are not offered. */
export type PanelHandlers = Partial<Record<PanelAction, (view: FindingView) => unknown>>;

export class FindingPanel implements Disposable {
  readonly #client: Client;
  readonly #context: ExtensionContext;
  readonly #handlers: PanelHandlers;
  readonly #notebook: Notebook;
  #panel: WebviewPanel | undefined;
  #ready = false;
  #view: FindingView | undefined;
  #pinned = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** What was asked for last: a late answer to something else is dropped. */
  #asked = 0;
  /** Moves that are under way: a key pressed meanwhile goes on from where they end, and following waits for them. */
  #moves: Promise<unknown> = Promise.resolve();
  #moving = 0;
  /** The line (1-based) that an event of the panel led to, until the cursor leaves it. */
  #sent: number | undefined;

  /** The moment that is gone to, until its run is asked for. */
  #goal: KeptMoment | undefined;

  constructor(client: Client, context: ExtensionContext, handlers: PanelHandlers, notebook: Notebook) {
    this.#client = client;
    this.#context = context;
    this.#handlers = handlers;
    this.#notebook = notebook;
  }

  /**
   * Shows a finding, opening the panel beside the patch where it is not open; the focus stays where it is. `quiet`: where
   * there is none, nothing is said.
   */
  async show(params: FindingParams, quiet = false): Promise<void> {
    const asked = ++this.#asked;
    const { view } = await this.#client.request<FindingAnswer>(METHOD_FINDING, params);
    if (asked !== this.#asked) return;
    if (view === null) {
      if (this.#panel === undefined && !quiet)
        void window.showInformationMessage(
          "There is no finding here. Simulate the patch first, or choose a finding in the sidebar.",
        );
      return;
    }
    this.#open();
    this.#view = view;
    // Its runs take seconds: who shows a finding does not wait for them.
    void this.#tell(asked);
  }

  /** Shows the finding of a kept moment and stands on it; gives whether the finding is (still) among the results. */
  async goTo(moment: KeptMoment): Promise<boolean> {
    this.#goal = moment;
    await this.show({ uri: moment.uri, replay: moment.replay }, true);
    const view = this.#view;
    const found = view?.uri === moment.uri && view.finding.replay === moment.replay;
    if (found && view.docLine > 0) await this.#reveal(view.docLine);
    return found;
  }

  /** The cursor moved: the panel follows to another finding's line, and within a finding to the events of the line. */
  follow(uri: string, docLine: number): void {
    if (this.#panel === undefined || !this.#panel.visible) return;
    this.#post({ kind: "line", docLine });
    clearTimeout(this.#timer);
    // The cursor is where a move has put it: to follow would drop what the next key asks for.
    if (this.#pinned || this.#moving > 0) return;
    // Who clicks an event of this run looks at its line: another finding that stands there does not take its place.
    if (this.#sent === docLine) return;
    this.#sent = undefined;
    // Nor is there anything to follow on the line of the finding that is shown.
    if (this.#view?.uri === uri && this.#view.docLine === docLine) return;
    this.#timer = setTimeout(() => void this.#follow(uri, docLine), FOLLOW_MS);
  }

  /** Goes to the finding `by` places further; in reading order, across patches. */
  move(uri: string, docLine: number, by: number): Promise<FindingView | undefined> {
    clearTimeout(this.#timer);
    this.#moving++;
    const moved = this.#moves.then(() => this.#move(uri, docLine, by)).finally(() => this.#moving--);
    this.#moves = moved.catch(() => {});
    return moved;
  }

  async #move(uri: string, docLine: number, by: number): Promise<FindingView | undefined> {
    const here = this.#view?.uri === uri ? this.#view.index : undefined;
    // At no finding's line the first one is meant.
    await this.show(here === undefined ? { uri, docLine } : { uri, finding: here, by }, here === undefined);
    if (here === undefined && this.#view?.uri !== uri) await this.show({ uri, finding: -1 });
    const view = this.#view;
    if (view !== undefined && view.docLine > 0) await this.#reveal(view.docLine);
    return view;
  }

  /** The results of a document changed: what is shown is asked for again. `running`: more of them are to come. */
  refresh(uri: string, running: boolean): void {
    const view = this.#view;
    if (this.#panel === undefined || view === undefined || view.uri !== uri) return;
    void this.#again(view, running);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#panel?.dispose();
  }

  async #again(view: FindingView, running: boolean): Promise<void> {
    const { uri, docLine } = view;
    const ask = async (params: FindingParams): Promise<FindingView | null> =>
      (await this.#client.request<FindingAnswer>(METHOD_FINDING, params)).view;
    let now = await ask({ uri, replay: view.finding.replay });
    const same = now !== null;
    // Where it does not show any more: what stands on its line now, else in its place.
    if (now === null && !running)
      now = (await ask({ uri, docLine })) ?? (await ask({ uri, finding: view.index }));
    if (this.#view !== view || this.#moving > 0 || now === null) return;
    if (JSON.stringify(now) === JSON.stringify(view)) return;
    this.#view = now;
    if (same) this.#post({ kind: "told", view: now });
    else await this.#tell(++this.#asked);
  }

  async #follow(uri: string, docLine: number): Promise<void> {
    const asked = ++this.#asked;
    const { view } = await this.#client.request<FindingAnswer>(METHOD_FINDING, { uri, docLine });
    if (asked !== this.#asked || view === null) return;
    if (view.uri === this.#view?.uri && view.index === this.#view.index) return;
    this.#view = view;
    await this.#tell(asked);
  }

  /** Sends the finding at once, and its runs when they are made. */
  async #tell(asked: number): Promise<void> {
    const view = this.#view;
    if (view === undefined || !this.#ready) return;
    const own: readonly PanelAction[] = ["previous", "next", "pin", "token"];
    const actions = PANEL_ACTIONS.filter(
      (a) =>
        own.includes(a) ||
        (a === "rerun" && view.path.length === 0) ||
        (this.#handlers[a] !== undefined &&
          (a !== "others" || view.finding.alsoIn.length > 0) &&
          (a !== "scenario" || view.path.length === 0) &&
          ((a !== "step" && a !== "explore") || view.steppable)),
    );
    this.#post({ kind: "finding", view, pinned: this.#pinned, actions });
    this.#tellMoments(view);
    const goal = this.#goal?.replay === view.finding.replay ? this.#goal : undefined;
    this.#goal = undefined;
    // No run of the machine: its path came with it.
    if (view.path.length === 0) await this.#tellRuns(view, asked, goal);
  }

  #tellMoments({ finding }: FindingView): void {
    this.#post({ kind: "moments", moments: this.#notebook.of(finding.replay) });
  }

  /** Sends what both sides did in the finding's run, or in another one that shows the same fault. */
  async #tellRuns(
    view: FindingView,
    asked: number,
    wanted: { readonly run: string; readonly x?: number } | undefined,
  ): Promise<void> {
    const { index } = view;
    // The finding's own run has no name to ask for.
    const run = wanted?.run === view.finding.scenario ? undefined : wanted?.run;
    try {
      const answer = await this.#client.request<TimelineAnswer>(METHOD_TIMELINE, {
        uri: view.uri,
        finding: index,
        ...(run === undefined ? {} : { run }),
      });
      if (asked !== this.#asked) return;
      // A review that goes on may have put others before it meanwhile.
      const now = this.#view?.finding.replay === view.finding.replay ? this.#view.index : index;
      if (answer.timeline === null) this.#post({ kind: "timeline-failed", index: now, why: answer.why });
      else
        this.#post({
          kind: "timeline",
          index: now,
          timeline: answer.timeline,
          ...(wanted?.x === undefined ? {} : { at: wanted.x }),
        });
    } catch (error) {
      this.#post({
        kind: "timeline-failed",
        index,
        why: error instanceof Error ? error.message : String(error),
      });
    }
  }

  #open(): void {
    if (this.#panel !== undefined) {
      if (!this.#panel.visible) this.#panel.reveal(undefined, true);
      return;
    }
    const { extensionUri } = this.#context;
    const panel = window.createWebviewPanel(
      "folioscope.finding",
      "Finding",
      { viewColumn: ViewColumn.Beside, preserveFocus: true },
      {
        enableScripts: true,
        retainContextWhenHidden: true,
        localResourceRoots: [Uri.joinPath(extensionUri, "dist"), Uri.joinPath(extensionUri, "media")],
      },
    );
    panel.iconPath = Uri.joinPath(extensionUri, "media", "sidebar.svg");
    const at = (...path: string[]): string =>
      panel.webview.asWebviewUri(Uri.joinPath(extensionUri, ...path)).toString();
    panel.webview.html = page(
      panel.webview.cspSource,
      at("dist", "panel.js"),
      at("media", "panel", "panel.css"),
    );
    panel.webview.onDidReceiveMessage((m: FromPanel) => void this.#heard(m));
    panel.onDidDispose(() => {
      this.#panel = undefined;
      this.#ready = false;
      this.#view = undefined;
    });
    this.#ready = false;
    this.#panel = panel;
  }

  async #heard(message: FromPanel): Promise<void> {
    switch (message.kind) {
      case "ready":
        this.#ready = true;
        await this.#tell(this.#asked);
        break;
      case "reveal":
        // Told again at the end: opening the document moves the cursor on its way.
        this.#sent = message.docLine;
        await this.#reveal(message.docLine);
        this.#sent = message.docLine;
        break;
      case "run":
        if (this.#view !== undefined)
          await this.#tellRuns(this.#view, ++this.#asked, {
            run: message.run,
            ...(message.at === undefined ? {} : { x: message.at }),
          });
        break;
      case "keep":
      case "note":
        await this.#note(message);
        break;
      case "copy":
        await env.clipboard.writeText(message.text);
        break;
      case "action":
        await this.#act(message.action);
        break;
    }
  }

  async #note(message: Extract<FromPanel, { kind: "keep" | "note" }>): Promise<void> {
    const view = this.#view;
    if (view === undefined) return;
    const { run, x } = message;
    const { replay } = view.finding;
    if (message.kind === "note") await this.#notebook.note({ replay, run, x }, message.note);
    else
      await this.#notebook.keep({
        ...{ replay, run, x, text: message.text, note: "" },
        uri: view.uri,
        finding: view.what,
      });
    if (this.#view?.finding.replay === replay) this.#tellMoments(view);
  }

  async #act(action: PanelAction): Promise<void> {
    const view = this.#view;
    if (view === undefined) return;
    if (action === "previous" || action === "next")
      await this.move(view.uri, view.docLine, action === "next" ? 1 : -1);
    else if (action === "pin") {
      this.#pinned = !this.#pinned;
      await this.#tell(this.#asked);
    } else if (action === "rerun") await this.#tell(++this.#asked);
    else if (action === "token") {
      await env.clipboard.writeText(view.finding.replay);
      void window.setStatusBarMessage("Folioscope: replay token copied", 3000);
    } else await this.#handlers[action]?.(view);
  }

  async #reveal(docLine: number): Promise<void> {
    if (this.#view !== undefined)
      await commands.executeCommand(COMMAND_REVEAL, { uri: this.#view.uri, line: docLine });
  }

  #post(message: ToPanel): void {
    if (this.#ready) void this.#panel?.webview.postMessage(message);
  }
}

/** Handlers that need nothing but the editor. */
export function panelHandlers(): PanelHandlers {
  return {
    reply: (view) => commands.executeCommand(COMMAND_COPY_REPLY, { uri: view.uri, finding: view.index }),
    others: (view) => others(view),
    diff: (view) => commands.executeCommand(COMMAND_OPEN_DIFF, { uri: view.uri, finding: view.index }),
    step: (view) => commands.executeCommand(COMMAND_STEP, { uri: view.uri, finding: view.index }),
    explore: (view) =>
      commands.executeCommand(COMMAND_ORDERS, { uri: view.uri, scenario: view.finding.scenario }),
    report: (view) => commands.executeCommand(COMMAND_SHOW_FINDING, { uri: view.uri, finding: view.index }),
    scenario: (view) =>
      commands.executeCommand(COMMAND_SIMULATE, {
        uri: view.uri,
        scenario: view.finding.scenario.split(" ")[0],
      }),
  };
}

/** The scenarios that show the same fault, to review the patch with one of them alone. */
async function others(view: FindingView): Promise<void> {
  const all = [view.finding.scenario, ...view.finding.alsoIn];
  const chosen = await window.showQuickPick(
    all.map((label) => ({
      label: label.split(" ")[0]!,
      description: label.split(" ").slice(1).join(" "),
      whole: label,
    })),
    { title: `${all.length} runs show it: review with one alone`, matchOnDescription: true },
  );
  if (chosen !== undefined)
    await commands.executeCommand(COMMAND_SIMULATE, { uri: view.uri, scenario: chosen.whole });
}

/** The page: nothing inline, nothing from elsewhere. uPlot sets sizes as styles, which need no permission when set by script. */
function page(source: string, script: string, style: string): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${source}; script-src ${source}; font-src ${source};">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Finding</title>
<link rel="stylesheet" href="${style}">
</head>
<body>
<main id="root"></main>
<script src="${script}"></script>
</body>
</html>`;
}
