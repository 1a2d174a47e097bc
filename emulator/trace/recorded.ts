/**
 * The part that every recorded event has: when, in which task, below which calls. Made for every event, so it is small, and
 * the open calls are worked out when asked for. Leaves out recording (machine/machine.ts).
 */
import type { EventFrame } from "./event.ts";

/** An open call; events share the nodes of calls they have in common. */
export interface CallNode {
  readonly frame: EventFrame;
  readonly parent: CallNode | null;
}

/** When and where an event happens. */
export interface Place {
  readonly seq: number;
  readonly task: number;
  readonly step: number;
  readonly node: CallNode | null;
}

export class Recorded {
  readonly seq: number;
  readonly task: number;
  readonly step: number;
  private readonly node: CallNode | null;
  constructor(place: Place) {
    this.seq = place.seq;
    this.task = place.task;
    this.step = place.step;
    this.node = place.node;
  }
  get stack(): readonly EventFrame[] {
    const out: EventFrame[] = [];
    for (let n = this.node; n !== null; n = n.parent) out.push(n.frame);
    return out;
  }
}
