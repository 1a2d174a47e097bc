/**
 * The sidebar's third view: the runs of this session, the newest first: what waits, what is under way and can be cancelled,
 * and what the others came to. Made from what the server tells of each document; nothing is asked for.
 */
import {
  EventEmitter,
  ThemeIcon,
  type TreeDataProvider,
  TreeItem,
  TreeItemCollapsibleState,
  Uri,
} from "vscode";
import type { StatusParams } from "../server/protocol.ts";
import { ageText } from "./age.ts";
import { nameOf, summary } from "./status.ts";

/** Runs that are over and still listed. */
const ENDED_MAX = 20;
/** Progress is shown no more often. */
const TOLD_MS = 2000;

/** A run; commands take it as its document. */
export interface ShownRun {
  readonly uri: string;
  readonly started: number;
  ended: number;
  status: StatusParams;
}

export class RunsView implements TreeDataProvider<ShownRun> {
  readonly #changed = new EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  #runs: ShownRun[] = [];
  #told = 0;

  status(status: StatusParams): void {
    // A mail without a diff is read, and nothing of it runs.
    if (status.empty) return;
    const open = this.#runs.find((r) => r.uri === status.uri && r.ended === 0);
    if (status.state === "checking") {
      if (open === undefined) this.#runs.unshift({ uri: status.uri, started: Date.now(), ended: 0, status });
      else {
        open.status = status;
        // A row that is drawn anew several times a second cannot be clicked.
        if (Date.now() - this.#told < TOLD_MS) return;
      }
    } else if (open === undefined) return;
    else {
      open.status = status;
      open.ended = Date.now();
      const over = this.#runs.filter((r) => r.ended > 0).slice(ENDED_MAX);
      this.#runs = this.#runs.filter((r) => !over.includes(r));
    }
    this.#told = Date.now();
    this.#changed.fire(undefined);
  }

  /** A document was closed: its run has ended with it. */
  forget(uri: string): void {
    const open = this.#runs.find((r) => r.uri === uri && r.ended === 0);
    if (open !== undefined) this.status({ ...open.status, state: "cancelled" });
  }

  /** Ages grow. */
  tick(): void {
    if (this.#runs.length > 0) this.#changed.fire(undefined);
  }

  getChildren(row?: ShownRun): ShownRun[] {
    return row === undefined ? this.#runs : [];
  }

  getTreeItem({ uri, started, ended, status }: ShownRun): TreeItem {
    const item = new TreeItem(nameOf(uri), TreeItemCollapsibleState.None);
    const active = ended === 0;
    item.id = `${uri}#${started}`;
    item.description = active ? underWay(status) : `${cameTo(status)} · ${ageText(Date.now() - ended)}`;
    item.tooltip = active
      ? `${underWay(status)}. Begun at ${clock(started)}.`
      : `${cameTo(status)}. From ${clock(started)} to ${clock(ended)}, ${seconds(ended - started)}.`;
    item.iconPath = new ThemeIcon(
      active ? (status.queued > 0 ? "clock" : "loading~spin") : endedIcon(status),
    );
    item.contextValue = active ? "run.active" : "run.ended";
    item.command = { command: "vscode.open", title: "Open", arguments: [Uri.parse(uri)] };
    item.accessibilityInformation = { label: `run ${nameOf(uri)} ${item.description}` };
    return item;
  }
}

const clock = (at: number): string => new Date(at).toLocaleTimeString();
const seconds = (ms: number): string => (ms < 1000 ? "less than a second" : `${Math.round(ms / 1000)} s`);

function underWay({ queued, message, done, total, counts }: StatusParams): string {
  if (queued > 0) return message;
  const found = counts.new > 0 ? ` · ${counts.new} new` : "";
  return total > 0 ? `${done}/${total}${found}` : `running${found}`;
}

function cameTo(status: StatusParams): string {
  if (status.state === "failed") return "failed";
  return status.state === "current" ? summary(status) : "cancelled";
}

function endedIcon({ state }: StatusParams): string {
  return state === "failed" ? "warning" : state === "current" ? "history" : "circle-slash";
}
