/**
 * The finding panel's page: draws what the extension sends and says what the reader does. Runs in a webview, in the
 * browser, without network and without storage. Numbers are drawn by uPlot, lanes on a canvas of our own; every event
 * stands in a table too, for readers and for copying. Leaves out where the data comes from (host.ts).
 */
import type {
  FindingView,
  FromPanel,
  Moment,
  PanelAction,
  PathStep,
  ToPanel,
} from "../../server/report/panel_view.ts";
import type { Timeline } from "../../server/review/timeline_types.ts";
import { el, text } from "./dom.ts";
import { TimelineView } from "./timeline_view.ts";

interface Host {
  postMessage(message: FromPanel): void;
}
declare function acquireVsCodeApi(): Host;

const host = acquireVsCodeApi();
const root = document.getElementById("root")!;

const ACTIONS: Readonly<Record<PanelAction, { label: string; title: string }>> = {
  previous: { label: "‹ Previous", title: "The finding before this one (Shift+F8)" },
  next: { label: "Next ›", title: "The finding after this one (F8)" },
  pin: { label: "Pin", title: "Stay on this finding when the cursor moves" },
  rerun: { label: "Run again", title: "Make this one run again, on both sides" },
  scenario: { label: "This scenario only", title: "Review the patch with this scenario alone" },
  others: { label: "Other scenarios", title: "Scenarios that show the same fault" },
  token: { label: "Copy token", title: "Copy the replay token of this run" },
  reply: { label: "Copy as reply", title: "Copy a review reply: quoted hunk, question, events" },
  diff: { label: "Before / after", title: "Open both images of the function in the diff editor" },
  step: { label: "Step through", title: "Debug the recorded run, forwards and backwards" },
  report: { label: "As text", title: "The whole report of this finding as a text" },
  explore: {
    label: "Try orders",
    title: "Try other orders of this run's tasks, late stores, or failing calls",
  },
};

let shown: FindingView | null = null;
let timeline: TimelineView | null = null;
let timeBox: HTMLElement | null = null;
/** What is written anew when more is known of the finding. */
let changing: { mark: HTMLElement; runs: HTMLElement; why: HTMLElement } | null = null;
/** Which run is on the axis, where several show the fault. */
let choice: HTMLSelectElement | null = null;
let moments: readonly Moment[] = [];

function post(message: FromPanel): void {
  host.postMessage(message);
}

function showEmpty(why: string): void {
  shown = null;
  timeline = null;
  root.replaceChildren(el("p", { class: "empty" }, why));
}

function showFinding(view: FindingView, pinned: boolean, actions: readonly PanelAction[]): void {
  shown = view;
  timeline = null;
  const f = view.finding;
  const bar = el("div", { class: "bar", role: "toolbar", "aria-label": "What to do with this finding" });
  for (const action of actions) {
    const { label, title } = ACTIONS[action];
    const button = el("button", { type: "button", title }, label);
    if (action === "pin") button.setAttribute("aria-pressed", String(pinned));
    button.addEventListener("click", () => post({ kind: "action", action }));
    bar.append(button);
  }
  const where = el("p", { class: "mute" });
  if (view.docLine > 0)
    where.append(revealer(view.docLine, `${f.path === "" ? "the patch" : f.path}, line ${view.docLine}`));
  else where.append(text(f.path === "" ? "no line of the mail" : f.path));
  where.append(text(` · ${view.patchTitle}`));
  timeBox = el(
    "section",
    { "aria-label": "Timeline" },
    ...(view.path.length > 0
      ? [pathTable(view.path)]
      : [el("p", { class: "mute" }, view.steppable ? "Running the scenario on both sides…" : "")]),
  );
  changing = { mark: mark(view), runs: runChoice(view), why: about(view) };
  root.replaceChildren(
    el(
      "header",
      {},
      changing.mark,
      el("h1", {}, view.what),
      ...(view.soWhat === "" ? [] : [el("p", {}, view.soWhat)]),
      ...(view.detail === view.what ? [] : [el("p", { class: "mute" }, view.detail)]),
      where,
      bar,
    ),
    changing.runs,
    timeBox,
    changing.why,
  );
}

/** Verdict, rule and place among the findings. */
function mark(view: FindingView): HTMLElement {
  const { severity, code } = view.finding;
  return el(
    "p",
    { class: "mute" },
    el("span", { class: `chip ${severity}` }, view.verdictText),
    el("code", {}, code),
    `${view.position > 0 ? ` · ${view.position} of ${view.total}` : ""}${view.stale ? " · of the text before the last edit" : ""}`,
  );
}

/** More is known of the finding that is shown: a later patch mends it, another run shows it. The reader's place stays. */
function tellMore(view: FindingView): void {
  if (changing === null || shown === null || shown.finding.replay !== view.finding.replay) return;
  shown = view;
  const run = choice?.value;
  const wasIn = choice !== null && document.activeElement === choice;
  const now = { mark: mark(view), runs: runChoice(view), why: about(view) };
  for (const part of ["mark", "runs", "why"] as const) changing[part].replaceWith(now[part]);
  changing = now;
  if (choice !== null && run !== undefined) choice.value = run;
  if (wasIn) choice?.focus();
}

/** Which run is on the axis, where several show the fault; empty where there is one. */
function runChoice(view: FindingView): HTMLElement {
  const { scenario, alsoIn } = view.finding;
  choice = null;
  if (alsoIn.length === 0 || view.path.length > 0 || !view.steppable) return el("p", { hidden: "" });
  const select = el("select", { "aria-label": "Run on the axis" });
  for (const run of [scenario, ...alsoIn]) select.append(el("option", { value: run }, run));
  select.addEventListener("change", () => askRun(select.value));
  choice = select;
  return el("p", { class: "runs" }, `${alsoIn.length + 1} runs show it. Shown: `, select);
}

/** Has a run put on the axis, and its slot `at` stood on. */
function askRun(run: string, at?: number): void {
  timeline = null;
  timeBox?.replaceChildren(el("p", { class: "mute" }, `Running ${run} on both sides\u2026`));
  post({ kind: "run", run, ...(at === undefined ? {} : { at }) });
}

function about(view: FindingView): HTMLElement {
  const f = view.finding;
  const rows: HTMLElement[] = [];
  const add = (key: string, value: string): void => {
    if (value !== "") rows.push(el("tr", {}, el("th", { scope: "row" }, key), el("td", {}, value)));
  };
  add("Rule", view.rule === null ? "" : view.rule.statement);
  add("Source", view.rule?.source ?? "");
  add("Found by", view.rule?.detection ?? "");
  add("Certainty", view.certainty);
  add("Scenario", f.scenario);
  add(
    "Also in",
    f.alsoIn.slice(0, 12).join("; ") + (f.alsoIn.length > 12 ? ` and ${f.alsoIn.length - 12} more` : ""),
  );
  add("Rules of", f.era);
  add("Then", f.consequences.map((c) => c.message).join("; "));
  add("Token", f.replay);
  return el(
    "section",
    {},
    el("h2", {}, "Why it counts"),
    el("table", { class: "why" }, el("tbody", {}, ...rows)),
  );
}

/** What led there, of a function that ran by itself: a line for each step, with its place. */
function pathTable(path: readonly PathStep[]): HTMLElement {
  const rows = path.map(({ text: said, docLine, where, breaks }, i) =>
    el(
      "tr",
      breaks ? { class: "breaks" } : {},
      el("td", { class: "mute" }, String(i + 1)),
      // Names of files are long, and few steps have one: below the step, not beside all of them.
      el(
        "td",
        {},
        said,
        ...(docLine > 0 || where === "" ? [] : [el("span", { class: "mute where" }, where)]),
      ),
      el("td", { class: "place" }, docLine > 0 ? revealer(docLine, `line ${docLine}`) : ""),
    ),
  );
  return el(
    "section",
    {},
    el("h2", {}, "The path that shows it"),
    el("table", { class: "path", "aria-label": "Steps of the path" }, el("tbody", {}, ...rows)),
  );
}

function revealer(docLine: number, label: string): HTMLElement {
  const button = el("button", { type: "button", class: "link" }, label);
  button.addEventListener("click", () => post({ kind: "reveal", docLine }));
  return button;
}

function showTimeline(index: number, data: Timeline, at: number | undefined): void {
  if (shown === null || shown.index !== index || timeBox === null) return;
  if (choice !== null) choice.value = data.scenario;
  timeline = new TimelineView(data, moments, {
    reveal: (docLine) => post({ kind: "reveal", docLine }),
    copy: (all) => post({ kind: "copy", text: all }),
    keep: (x, what) => post({ kind: "keep", run: data.scenario, x, text: what }),
    note: ({ run, x }, note) => post({ kind: "note", run, x, note }),
    run: (moment) => askRun(moment.run, moment.x),
  });
  timeBox.replaceChildren(...timeline.elements);
  timeline.start(at);
}

window.addEventListener("message", ({ data }: MessageEvent<ToPanel>) => {
  switch (data.kind) {
    case "empty":
      showEmpty(data.text);
      break;
    case "finding":
      showFinding(data.view, data.pinned, data.actions);
      break;
    case "told":
      tellMore(data.view);
      break;
    case "timeline":
      showTimeline(data.index, data.timeline, data.at);
      break;
    case "moments":
      moments = data.moments;
      timeline?.showKept(moments);
      break;
    case "timeline-failed":
      // A path stands there already: such a finding has no run of the machine.
      if (shown?.index === data.index && shown.path.length === 0)
        timeBox?.replaceChildren(el("p", { class: "mute" }, `No timeline: ${data.why}`));
      break;
    case "line":
      timeline?.goToLine(data.docLine);
      break;
  }
});
window.addEventListener("keydown", (e) => {
  if (e.key === "F8") post({ kind: "action", action: e.shiftKey ? "previous" : "next" });
});
post({ kind: "ready" });
