/**
 * Two runs on one axis: lanes of events by task, counts as step lines (uPlot), the state at the cursor, and the same as a
 * table. The cursor is a slot of the common axis; mouse, keys, table and the editor all move it. Leaves out talking to
 * the extension (app.ts).
 */
import uPlot from "uplot";
import type { Moment } from "../../server/report/panel_view.ts";
import type { PanelEvent, PanelLane, PanelSide, Timeline } from "../../server/review/timeline_types.ts";
import { el } from "./dom.ts";
import { type DrawnLane, drawArrows, drawLane, type LaneColours } from "./lane.ts";
import { momentList } from "./moments_view.ts";
import { differs, type StateRow, stateAt } from "./state.ts";

export interface TimelineActions {
  reveal(docLine: number): void;
  copy(text: string): void;
  /** Keeps a slot of the run that is shown, with what stands there. */
  keep(x: number, text: string): void;
  /** Gives a moment words; null: it is kept no longer. */
  note(moment: Moment, note: string | null): void;
  /** Puts the run of a moment on the axis, and stands on it. */
  run(moment: Moment): void;
}

/** An event of a side, of those that stand at one slot. */
interface Here {
  readonly side: PanelSide;
  readonly event: PanelEvent;
}

const NAME_WIDTH = 116;
const PLOT_HEIGHT = 58;
const SIDES = ["before", "after"] as const;
/** Rows of the table of events that stand in the page at once. */
const TABLE_ROWS = 2_000;

export class TimelineView {
  readonly elements: HTMLElement[];
  private readonly data: Timeline;
  private readonly actions: TimelineActions;
  private readonly axis = el("div", { class: "time axis" });
  private readonly said = el("p", { class: "said", role: "status", "aria-live": "polite" });
  private readonly state = el("section");
  private readonly stateBody = el("tbody");
  private readonly tableBody = el("tbody");
  private readonly plots: uPlot[] = [];
  private readonly lanes: DrawnLane[] = [];
  /** Over all lanes: who wakes whom. Not there where nobody does. */
  private arrows: HTMLCanvasElement | null = null;
  private readonly rows = new Map<PanelEvent, HTMLTableRowElement>();
  private readonly filter = el("button", { type: "button", class: "link" });
  private readonly keeper = el("button", { type: "button" });
  private readonly keptBox = el("section", { "aria-label": "Kept moments" });
  private kept: readonly Moment[];
  private onlyMoved = false;
  private at = 0;
  private drawing = 0;

  constructor(data: Timeline, kept: readonly Moment[], actions: TimelineActions) {
    this.data = data;
    this.kept = kept;
    this.actions = actions;
    this.keeper.addEventListener("click", () => this.keepHere());
    this.filter.addEventListener("click", () => {
      this.onlyMoved = !this.onlyMoved;
      this.showState();
    });
    this.elements = [
      el("h2", {}, data.subject === "" ? "What happened" : `What happened to ${data.subject}`),
      this.legend(),
      this.axis,
      this.said,
      el("p", {}, this.keeper),
      this.keptBox,
      this.stateTable(),
      this.eventTable(),
    ];
  }

  /** Draws, once the elements are in the page and have a width. `at`: where the cursor begins. */
  start(at?: number): void {
    this.fillAxis();
    const broke = SIDES.map((s) => this.data[s].events.find((e) => e.breaks)?.x).find((x) => x !== undefined);
    this.moveTo(at ?? broke ?? Math.max(0, this.data.parts));
    this.showKept(this.kept);
    const watch = new ResizeObserver(() => this.redraw());
    watch.observe(this.axis);
    const theme = new MutationObserver(() => this.redraw(true));
    theme.observe(document.body, { attributes: true, attributeFilter: ["class", "data-vscode-theme-id"] });
  }

  /** Puts the cursor on the first event of a document line, where there is one. */
  goToLine(docLine: number): void {
    const here = SIDES.flatMap((s) => this.data[s].events).filter((e) => e.docLine === docLine);
    const next = here.find((e) => e.breaks) ?? here[0];
    if (next !== undefined && !here.some((e) => e.x === this.at)) this.moveTo(next.x);
  }

  /** The moments that are kept now, of this run and of the finding's others. */
  showKept(kept: readonly Moment[]): void {
    this.kept = kept;
    const go = (m: Moment): void => {
      if (m.run !== this.data.scenario) this.actions.run(m);
      else {
        this.moveTo(m.x);
        this.axis.focus({ preventScroll: true });
      }
    };
    const { note, copy } = this.actions;
    this.keptBox.replaceChildren(...momentList(kept, this.data.scenario, { go, note, copy }));
    this.showKeeper();
    this.redraw();
  }

  private keptHere(): Moment | undefined {
    return this.kept.find((m) => m.run === this.data.scenario && m.x === this.at);
  }

  private keepHere(): void {
    const kept = this.keptHere();
    if (kept === undefined) this.actions.keep(this.at, this.axis.getAttribute("aria-valuetext") ?? "");
    else this.actions.note(kept, null);
  }

  private showKeeper(): void {
    const kept = this.keptHere() !== undefined;
    this.keeper.textContent = kept ? "Forget this moment" : "Keep this moment";
    this.keeper.setAttribute("aria-pressed", String(kept));
  }

  // ---- drawing

  private legend(): HTMLElement {
    const key = (name: string, label: string, title = ""): HTMLElement =>
      el("span", title === "" ? {} : { title }, el("span", { class: `key ${name}` }), label);
    const { before, after, parts } = this.data;
    // What kind of end; the sentence above says which.
    const outcome = (lane: PanelLane): string =>
      lane.outcome === "completed" ? "" : ` (${lane.outcome.split(":")[0]})`;
    return el(
      "p",
      { class: "legend" },
      key("before", `before${outcome(before)}`, before.outcome),
      key("after", `after${outcome(after)}`, after.outcome),
      ...(SIDES.some((s) => this.data[s].events.some((e) => e.waitsTo !== undefined))
        ? [key("waits", "waits")]
        : []),
      ...(this.wakes() ? [el("span", {}, el("span", { "aria-hidden": "true" }, "↘ "), "wakes")] : []),
      ...(parts < 0
        ? [el("span", { class: "mute" }, "the sides never part")]
        : [key("parts", "the sides part here")]),
    );
  }

  private fillAxis(): void {
    const { axis, data } = this;
    axis.tabIndex = 0;
    axis.setAttribute("role", "slider");
    axis.setAttribute("aria-label", "Position in the run; arrow keys move by event, Page keys by step");
    axis.setAttribute("aria-valuemin", "0");
    axis.setAttribute("aria-valuemax", String(Math.max(0, data.slots - 1)));
    for (const side of SIDES)
      for (const task of this.tasksOf(side)) {
        const canvas = el("canvas", { "aria-hidden": "true" });
        this.lanes.push({ canvas, lane: data[side], task });
        axis.append(this.row(`${side}: ${this.taskName(side, task)}`, canvas));
      }
    if (this.wakes()) {
      this.arrows = el("canvas", { class: "arrows", "aria-hidden": "true" });
      axis.append(this.arrows);
    }
    for (const field of data.counts) {
      const box = el("div", { class: "plot", "aria-hidden": "true" });
      axis.append(this.row(field, box));
      this.plots.push(this.plot(field, box));
    }
    axis.addEventListener("keydown", (e) => this.key(e));
    axis.addEventListener("pointerdown", (e) => this.point(e, true));
    axis.addEventListener("pointermove", (e) => {
      if (e.buttons === 1) this.point(e, false);
    });
    axis.addEventListener("dblclick", () => this.revealHere());
  }

  private row(name: string, plot: HTMLElement): HTMLElement {
    const box = plot instanceof HTMLCanvasElement ? el("div", { class: "plot" }, plot) : plot;
    return el("div", { class: "row" }, el("div", { class: "name", title: name }, name), box);
  }

  private wakes(): boolean {
    return SIDES.some((s) => this.data[s].events.some((e) => (e.wakes ?? []).length > 0));
  }

  private tasksOf(side: PanelSide): number[] {
    const used = new Set(this.data[side].events.map((e) => e.task));
    return [...used].sort((a, b) => a - b);
  }

  private colours(): LaneColours {
    const style = getComputedStyle(document.body);
    const of = (name: string): string => style.getPropertyValue(name).trim();
    const text = of("--vscode-foreground") || style.color;
    return {
      text,
      mute: of("--vscode-descriptionForeground") || text,
      before: opaque(of("--vscode-charts-yellow")) || text,
      after: of("--vscode-charts-blue") || text,
      error: of("--vscode-errorForeground") || text,
      parts: text,
      cursor: of("--vscode-editorCursor-foreground") || text,
    };
  }

  private plot(field: string, box: HTMLElement): uPlot {
    const colours = this.colours();
    const xs = Array.from({ length: this.data.slots }, (_, i) => i);
    const stepped = uPlot.paths.stepped!({ align: 1 });
    const series = (side: PanelSide, dash: number[]): uPlot.Series => ({
      stroke: colours[side],
      width: 2,
      dash,
      paths: stepped,
      points: { show: false },
    });
    return new uPlot(
      {
        width: Math.max(80, box.clientWidth),
        height: PLOT_HEIGHT,
        pxAlign: true,
        scales: { x: { time: false, range: () => [0, Math.max(1, this.data.slots)] }, y: { range: padded } },
        legend: { show: false },
        cursor: { y: false, points: { show: false }, drag: { x: false, y: false }, lock: true },
        axes: [
          { show: false },
          {
            size: 30,
            stroke: colours.mute,
            font: `10px ${getComputedStyle(document.body).fontFamily}`,
            grid: { show: false },
            ticks: { show: false },
            gap: 2,
            splits: (u) => [
              ...new Set([u.scales["y"]!.min! + 0.5, u.scales["y"]!.max! - 0.5].map(Math.round)),
            ],
          },
        ],
        series: [{}, series("before", [4, 3]), series("after", [])],
        // Half a line of the scale's numbers stands above the highest value.
        padding: [8, 0, 4, 0],
      },
      [xs, this.series("before", field), this.series("after", field)] as uPlot.AlignedData,
      box,
    );
  }

  private series(side: PanelSide, field: string): (number | null)[] {
    const out: (number | null)[] = new Array(this.data.slots).fill(null);
    const lane = this.data[side];
    const first = lane.start[field];
    let value: number | null = first !== undefined && /^-?\d+$/.test(first) ? Number(first) : null;
    let next = 0;
    const writes = lane.events.filter((e) => e.field === field);
    const last = lane.events.at(-1)?.x ?? -1;
    for (let x = 0; x <= last; x++) {
      while (next < writes.length && writes[next]!.x <= x) value = writes[next++]!.value ?? value;
      out[x] = value;
    }
    return out;
  }

  private redraw(colours = false): void {
    cancelAnimationFrame(this.drawing);
    this.drawing = requestAnimationFrame(() => {
      if (colours) {
        for (const p of this.plots) p.destroy();
        const boxes = [...this.axis.querySelectorAll<HTMLElement>("div.plot[aria-hidden]")];
        this.plots.splice(0, this.plots.length, ...boxes.map((b, i) => this.plot(this.data.counts[i]!, b)));
      }
      const left = this.plotLeft();
      const palette = this.colours();
      for (const { canvas, lane, task } of this.lanes) {
        canvas.style.paddingLeft = `${left}px`;
        drawLane(
          canvas,
          lane.events.filter((e) => e.task === task),
          {
            slots: this.data.slots,
            parts: this.data.parts,
            at: this.at,
            steps: this.data.steps,
            kept: this.kept.filter((m) => m.run === this.data.scenario).map((m) => m.x),
            colour: palette[lane.side],
            colours: palette,
            left,
          },
        );
      }
      if (this.arrows !== null)
        drawArrows(this.arrows, this.lanes, { slots: this.data.slots, left, colour: palette.text });
      for (const p of this.plots) {
        const width = (p.root.parentElement?.clientWidth ?? 0) | 0;
        if (width > 80 && width !== p.width) p.setSize({ width, height: PLOT_HEIGHT });
        // A plot that was given another size lays itself out after this.
        queueMicrotask(() => p.setCursor({ left: p.valToPos(this.at + 0.5, "x"), top: 1 }));
      }
    });
  }

  /** Where the axis begins inside a plot, in CSS pixels: the numbers of the scale stand left of it. */
  private plotLeft(): number {
    const p = this.plots[0];
    return p === undefined ? 0 : p.bbox.left / devicePixelRatio;
  }

  // ---- the cursor

  private point(e: PointerEvent, focus: boolean): void {
    const box = this.axis.getBoundingClientRect();
    const left = box.left + NAME_WIDTH + this.plotLeft();
    const share = (e.clientX - left) / Math.max(1, box.right - left);
    if (share < 0) return;
    if (focus) this.axis.focus({ preventScroll: true });
    this.moveTo(this.nearest(Math.min(this.data.slots - 1, Math.floor(share * this.data.slots))));
  }

  /** The slot with an event that is nearest to x. */
  private nearest(x: number): number {
    let best = x;
    let distance = Number.POSITIVE_INFINITY;
    for (const side of SIDES)
      for (const e of this.data[side].events)
        if (Math.abs(e.x - x) < distance) {
          distance = Math.abs(e.x - x);
          best = e.x;
        }
    return best;
  }

  private key(e: KeyboardEvent): void {
    const { slots, steps } = this.data;
    const step = (forward: boolean): number =>
      forward
        ? (steps.find((s) => s.x > this.at)?.x ?? slots - 1)
        : (steps.findLast((s) => s.x < this.at)?.x ?? 0);
    const to: Readonly<Record<string, () => number>> = {
      ArrowRight: () => this.at + 1,
      ArrowLeft: () => this.at - 1,
      PageDown: () => step(true),
      PageUp: () => step(false),
      Home: () => 0,
      End: () => slots - 1,
    };
    if (e.key === "Enter") this.revealHere();
    else if (to[e.key] === undefined) return;
    else this.moveTo(to[e.key]!());
    e.preventDefault();
  }

  private eventsAt(x: number): Here[] {
    return SIDES.flatMap((side) => {
      const event = this.data[side].events.find((e) => e.x === x);
      return event === undefined ? [] : [{ side, event }];
    });
  }

  private revealHere(): void {
    const line = this.eventsAt(this.at).find(({ event }) => event.docLine > 0)?.event.docLine;
    if (line !== undefined) this.actions.reveal(line);
  }

  private moveTo(x: number): void {
    this.at = Math.max(0, Math.min(this.data.slots - 1, x));
    const here = this.eventsAt(this.at);
    const words = wordsFor(here, this.told(here));
    this.said.className = `said ${here.length === 1 ? here[0]!.side : ""}`;
    const line = here.find(({ event }) => event.docLine > 0)?.event.docLine ?? 0;
    this.said.replaceChildren(words);
    if (line > 0) {
      const go = el("button", { type: "button", class: "link" }, `line ${line}`);
      go.addEventListener("click", () => this.actions.reveal(line));
      this.said.append(" · ", go);
    }
    this.axis.setAttribute("aria-valuenow", String(this.at));
    this.axis.setAttribute("aria-valuetext", words);
    this.showState();
    this.showKeeper();
    for (const [event, row] of this.rows) {
      if (event.x === this.at) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    }
    this.redraw();
  }

  // ---- tables

  private stateTable(): HTMLElement {
    this.state.append(
      el("h2", {}, "State here"),
      el("p", {}, this.filter),
      el(
        "table",
        { "aria-label": "Fields at the cursor, before and after" },
        el(
          "thead",
          {},
          el("tr", {}, ...["Field", "Before", "After"].map((h) => el("th", { scope: "col" }, h))),
        ),
        this.stateBody,
      ),
    );
    return this.state;
  }

  private showState(): void {
    const all = stateAt(this.data, this.at);
    const moved = all.filter((r) => differs(r) || r.before.mark !== "" || r.after.mark !== "");
    const rows = this.onlyMoved ? moved : all;
    this.filter.textContent = this.onlyMoved
      ? `Show all ${all.length} fields`
      : `Only what differs or changes here (${moved.length} of ${all.length})`;
    this.filter.setAttribute("aria-pressed", String(this.onlyMoved));
    // A run that is about no page has no fields.
    this.state.hidden = all.length === 0 && !this.onlyMoved;
    // A head without rows says nothing, to a reader of the screen least of all.
    if (this.stateBody.parentElement !== null) this.stateBody.parentElement.hidden = rows.length === 0;
    this.stateBody.replaceChildren(
      ...rows.map((r) =>
        el(
          "tr",
          differs(r) ? { class: "differs", title: "The sides differ here" } : {},
          el("td", {}, r.field),
          this.cell(r.before),
          this.cell(r.after),
        ),
      ),
    );
  }

  /** A value with the mark of its change: A added, M modified, D removed by the event at the cursor; a click goes to the event that wrote it. */
  private cell(value: StateRow["before"]): HTMLTableCellElement {
    const names: Readonly<Record<string, string>> = { A: "added here", M: "changed here", D: "removed here" };
    const mark = el("span", { class: "mark" }, value.mark);
    if (value.mark !== "") mark.setAttribute("title", names[value.mark] ?? "");
    if (value.from < 0 || value.from === this.at) return el("td", { class: "value" }, mark, value.value);
    const go = el(
      "button",
      { type: "button", class: "link plain", title: "Go to the event that gave it this value" },
      value.value,
    );
    go.addEventListener("click", () => {
      this.moveTo(value.from);
      this.axis.focus({ preventScroll: true });
    });
    return el("td", { class: "value" }, mark, go);
  }

  /** What stands at a slot; of a task that sleeps, who wakes it: on each side where that differs. */
  private told(here: readonly Here[]): string {
    const text = here.at(-1)?.event.text ?? "";
    const ends = here.map(({ side, event }) => this.woken(side, event));
    if (ends.every((e) => e === "")) return text;
    return ends.every((e) => e === ends[0])
      ? `${text} (${ends[0]})`
      : `${text} (${here.map(({ side }, i) => `${side}: ${ends[i] || "goes on"}`).join("; ")})`;
  }

  private woken(side: PanelSide, { waitsTo, wokenBy }: PanelEvent): string {
    if (wokenBy !== undefined) return `woken by ${this.taskName(side, wokenBy)}`;
    return waitsTo === this.data.slots ? "not woken to the end" : "";
  }

  private taskName(side: PanelSide, task: number): string {
    return this.data[side].tasks[task] || "machine";
  }

  private eventTable(): HTMLElement {
    const all = SIDES.flatMap((side) => this.data[side].events.map((event) => ({ side, event }))).sort(
      (a, b) => a.event.x - b.event.x || (a.side < b.side ? 1 : -1),
    );
    const merged: { sides: string; event: PanelEvent; text: string }[] = [];
    for (const { side, event } of all) {
      const last = merged.at(-1);
      if (last !== undefined && last.event.x === event.x) {
        const text = this.told([
          { side: "before", event: last.event },
          { side, event },
        ]);
        merged[merged.length - 1] = { sides: "both", event: event.breaks ? event : last.event, text };
      } else merged.push({ sides: side, event, text: this.told([{ side, event }]) });
    }
    for (const { sides, event, text } of merged.slice(0, TABLE_ROWS)) {
      const where =
        event.docLine > 0 ? `line ${event.docLine}` : event.path === "" ? "" : `${event.path}:${event.line}`;
      const place =
        event.docLine > 0
          ? el("button", { type: "button", class: "link" }, where)
          : el("span", { class: "mute" }, where);
      if (event.docLine > 0) place.addEventListener("click", () => this.actions.reveal(event.docLine));
      const tasks = this.data[sides === "before" ? "before" : "after"].tasks;
      const row = el(
        "tr",
        event.breaks ? { class: "breaks" } : {},
        el("td", {}, sides),
        el("td", {}, tasks[event.task] ?? ""),
        el("td", {}, text),
        el("td", {}, place),
      );
      row.addEventListener("click", () => this.moveTo(event.x));
      this.rows.set(event, row);
      this.tableBody.append(row);
    }
    const words = el("input", {
      type: "search",
      placeholder: "Filter events",
      "aria-label": "Filter events",
    });
    words.addEventListener("input", () => {
      const wanted = words.value.trim().toLowerCase();
      for (const row of this.rows.values())
        row.hidden = wanted !== "" && !(row.textContent ?? "").toLowerCase().includes(wanted);
    });
    const copy = el("button", { type: "button" }, "Copy as text");
    copy.addEventListener("click", () =>
      this.actions.copy(
        merged
          .map(({ sides, event, text }) =>
            [
              sides.padEnd(6),
              event.breaks ? ">>" : "  ",
              text,
              event.docLine > 0 ? `(line ${event.docLine})` : "",
            ]
              .join(" ")
              .trimEnd(),
          )
          .join("\n"),
      ),
    );
    const more = merged.length > TABLE_ROWS ? ` (the first ${TABLE_ROWS} of ${merged.length})` : "";
    return el(
      "details",
      {},
      el("summary", {}, `All ${merged.length} events as a table${more}`),
      el("p", {}, words, " ", copy),
      el(
        "div",
        { class: "scroll", tabindex: "0", role: "region", "aria-label": "Events" },
        el(
          "table",
          {},
          el(
            "thead",
            {},
            el("tr", {}, ...["Side", "Task", "Event", "Where"].map((h) => el("th", { scope: "col" }, h))),
          ),
          this.tableBody,
        ),
      ),
    );
  }
}

/** In front of the step in which a rule is found broken. */
const BREAKS = "It breaks in this step: ";

/** An audit looks at what a step has left: the step is what a reader knows. */
const stepOf = ({ text }: PanelEvent): string => text.replace(/^audit: /, "");

/** What stands at a slot, as a sentence. */
function wordsFor(here: readonly Here[], told: string): string {
  if (here.length === 0) return "Nothing happens here.";
  if (here.length === 2)
    return here[0]!.event.breaks || here[1]!.event.breaks ? `${BREAKS}${stepOf(here[1]!.event)}` : told;
  const { side, event } = here[0]!;
  return event.breaks ? `${BREAKS}${stepOf(event)} (only ${side})` : `Only ${side}: ${told}`;
}

/** "#d186167e" without its transparency: a line that half shows is hard to follow. */
const opaque = (colour: string): string => colour.replace(/^(#[0-9a-f]{6})[0-9a-f]{2}$/i, "$1");

/** A scale with room above and below, so that a flat line does not lie on an edge. */
function padded(_u: uPlot, min: number | null, max: number | null): [number, number] {
  return [(min ?? 0) - 0.5, (max ?? 1) + 0.5];
}
