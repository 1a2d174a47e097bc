/**
 * One task's events as marks on a canvas: a shape and a colour a kind, bars where it waits, the step boundaries, the place where the sides
 * part, what the reader keeps, the cursor; and arrows over all lanes, from who wakes to who is woken. Marks that fall on one pixel are drawn once, so
 * that ten thousand cost as much as a few hundred.
 */
import type { PanelEvent, PanelLane } from "../../server/review/timeline_types.ts";

export const LANE_HEIGHT = 22;

export interface LaneColours {
  readonly text: string;
  readonly mute: string;
  readonly before: string;
  readonly after: string;
  readonly error: string;
  /** Where the sides part. */
  readonly parts: string;
  readonly cursor: string;
}

export interface LaneLayout {
  readonly slots: number;
  /** First slot at which the sides differ, -1 for none. */
  readonly parts: number;
  readonly at: number;
  readonly steps: readonly { readonly x: number; readonly text: string }[];
  /** Slots that the reader keeps. */
  readonly kept: readonly number[];
  readonly colour: string;
  readonly colours: LaneColours;
  /** Room left of the axis, in CSS pixels. */
  readonly left: number;
}

export function drawLane(canvas: HTMLCanvasElement, events: readonly PanelEvent[], l: LaneLayout): void {
  const width = Math.max(40, (canvas.parentElement?.clientWidth ?? 300) - l.left);
  const scale = devicePixelRatio;
  canvas.style.width = `${width + l.left}px`;
  canvas.style.height = `${LANE_HEIGHT}px`;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(LANE_HEIGHT * scale);
  const c = canvas.getContext("2d");
  if (c === null) return;
  c.scale(scale, scale);
  const xOf = (slot: number): number => ((slot + 0.5) / Math.max(1, l.slots)) * width;
  const middle = LANE_HEIGHT / 2;
  c.strokeStyle = l.colours.mute;
  c.globalAlpha = 0.35;
  line(c, 0, middle, width, middle);
  for (const s of l.steps) line(c, xOf(s.x) - 1, 2, xOf(s.x) - 1, LANE_HEIGHT - 2);
  c.globalAlpha = 1;
  if (l.parts >= 0) {
    c.strokeStyle = l.colours.parts;
    c.setLineDash([2, 2]);
    line(c, xOf(l.parts - 0.5), 0, xOf(l.parts - 0.5), LANE_HEIGHT);
    c.setLineDash([]);
  }
  for (const e of events) {
    if (e.waitsTo === undefined) continue;
    c.fillStyle = l.colour;
    c.globalAlpha = 0.4;
    c.fillRect(xOf(e.x), middle - 4, Math.max(3, xOf(e.waitsTo) - xOf(e.x)), 8);
    c.globalAlpha = 1;
  }
  let drawn = -1;
  for (const e of events) {
    const x = Math.round(xOf(e.x) * 2) / 2;
    if (x === drawn && !e.breaks) continue;
    drawn = x;
    mark(c, e, x, middle, l);
  }
  for (const x of l.kept) flag(c, xOf(x), l.colours.text);
  c.strokeStyle = l.colours.cursor;
  line(c, xOf(l.at), 0, xOf(l.at), LANE_HEIGHT);
}

/** One row of the axis, with what it shows. */
export interface DrawnLane {
  readonly canvas: HTMLCanvasElement;
  readonly lane: PanelLane;
  readonly task: number;
}

/** Over the rows: an arrow from who wakes to where who is woken goes on. */
export function drawArrows(
  canvas: HTMLCanvasElement,
  lanes: readonly DrawnLane[],
  { slots, left, colour }: { slots: number; left: number; colour: string },
): void {
  const first = lanes[0]?.canvas.getBoundingClientRect();
  const last = lanes.at(-1)?.canvas.getBoundingClientRect();
  const box = canvas.offsetParent?.getBoundingClientRect();
  if (first === undefined || last === undefined || box === undefined) return;
  const width = Math.max(1, first.width - left);
  const height = Math.max(1, last.bottom - first.top);
  canvas.style.left = `${first.left + left - box.left}px`;
  canvas.style.top = `${first.top - box.top}px`;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  canvas.width = Math.round(width * devicePixelRatio);
  canvas.height = Math.round(height * devicePixelRatio);
  const c = canvas.getContext("2d");
  if (c === null) return;
  c.scale(devicePixelRatio, devicePixelRatio);
  c.strokeStyle = colour;
  c.fillStyle = colour;
  const middles = lanes.map((l) => {
    const row = l.canvas.getBoundingClientRect();
    return (row.top + row.bottom) / 2 - first.top;
  });
  const xOf = (slot: number): number => ((Math.min(slot, slots - 0.5) + 0.5) / Math.max(1, slots)) * width;
  const drawn = new Set<string>();
  lanes.forEach(({ lane, task }, from) => {
    for (const e of lane.events) {
      if (e.task !== task) continue;
      for (const w of e.wakes ?? []) {
        const to = lanes.findIndex((l) => l.lane === lane && l.task === w.task);
        const key = `${from} ${to} ${Math.round(xOf(e.x))}`;
        if (to < 0 || drawn.has(key)) continue;
        drawn.add(key);
        arrow(c, xOf(e.x), middles[from]!, xOf(w.x), middles[to]!);
      }
    }
  });
}

/** From mark to mark, leaving both free. */
function arrow(c: CanvasRenderingContext2D, x0: number, y0: number, x1: number, y1: number): void {
  const length = Math.max(1, Math.hypot(x1 - x0, y1 - y0));
  const [dx, dy] = [(x1 - x0) / length, (y1 - y0) / length];
  const free = Math.min(4, length / 4);
  const [tipX, tipY] = [x1 - dx * free, y1 - dy * free];
  line(c, x0 + dx * free, y0 + dy * free, tipX, tipY);
  c.beginPath();
  c.moveTo(tipX, tipY);
  c.lineTo(tipX - dx * 6 - dy * 3, tipY - dy * 6 + dx * 3);
  c.lineTo(tipX - dx * 6 + dy * 3, tipY - dy * 6 - dx * 3);
  c.fill();
}

function line(c: CanvasRenderingContext2D, x0: number, y0: number, x1: number, y1: number): void {
  c.beginPath();
  c.moveTo(x0, y0);
  c.lineTo(x1, y1);
  c.stroke();
}

/** At the lower edge, where no mark is: the slot is kept. */
function flag(c: CanvasRenderingContext2D, x: number, colour: string): void {
  c.fillStyle = colour;
  c.beginPath();
  c.moveTo(x, LANE_HEIGHT - 5);
  c.lineTo(x + 4, LANE_HEIGHT);
  c.lineTo(x - 4, LANE_HEIGHT);
  c.fill();
}

function mark(c: CanvasRenderingContext2D, e: PanelEvent, x: number, y: number, l: LaneLayout): void {
  c.fillStyle = e.breaks || e.kind === "warn" ? l.colours.error : l.colour;
  c.beginPath();
  if (e.breaks) {
    c.moveTo(x, y - 9);
    c.lineTo(x + 7, y);
    c.lineTo(x, y + 9);
    c.lineTo(x - 7, y);
  } else if (e.kind === "warn") {
    c.moveTo(x, y - 6);
    c.lineTo(x + 6, y + 5);
    c.lineTo(x - 6, y + 5);
  } else if (e.kind === "step" || e.kind === "audit") c.rect(x - 1, y - 7, 2, 14);
  else if (e.kind === "pte" || e.kind === "entry") c.rect(x - 3, y - 3, 6, 6);
  else c.arc(x, y, e.field === undefined ? 2 : 3, 0, 2 * Math.PI);
  c.fill();
}
