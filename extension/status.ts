/**
 * The status bar item: the state of the active document and how many findings it has, by verdict. It is hidden where
 * there is no patch. A click cancels a running simulation and otherwise shows the report.
 */
import { MarkdownString, StatusBarAlignment, type StatusBarItem, ThemeColor, Uri, window } from "vscode";
import {
  COMMAND_CANCEL,
  COMMAND_SHOW_REPORT,
  COMMAND_SIMULATE,
  type StatusParams,
} from "../server/protocol.ts";
import { aboutSeconds, terminalText } from "../server/report/text.ts";
import { ageText } from "./age.ts";

/** A result of so long ago is said to be old. */
const OLD_MS = 60_000;

export class Status {
  readonly item: StatusBarItem;
  #shown: StatusParams | undefined;

  constructor() {
    this.item = window.createStatusBarItem("folioscope.status", StatusBarAlignment.Left, 10);
    this.item.name = "Folioscope";
  }

  /** Time went by: the age is another. */
  tick(): void {
    if (this.#shown !== undefined) this.show(this.#shown);
  }

  show(status: StatusParams | undefined): void {
    this.#shown = status;
    if (!status || status.state === "foreign") {
      this.item.hide();
      return;
    }
    const { state } = status;
    this.item.backgroundColor = undefined;
    if (status.empty && state !== "failed") {
      this.item.text = `$(mail) ${status.standing}`;
      this.item.command = undefined;
      this.item.tooltip = `Folioscope: ${nameOf(status.uri)} has no diff, so there is nothing to run.`;
      this.item.show();
      return;
    }
    this.item.command = COMMAND_SIMULATE;
    switch (state) {
      case "checking":
        this.item.text = `$(loading~spin) ${progress(status)}`;
        this.item.command = COMMAND_CANCEL;
        break;
      case "current":
      case "obsolete": {
        const counted = hasCounts(status);
        const age = Date.now() - status.ranAt;
        // What was just run needs no words for it.
        const old = status.ranAt > 0 && age >= OLD_MS ? ` · ${ageText(age)}` : "";
        this.item.text = `${counted ? FRESH_ICONS[status.worst] : "$(circle-slash)"} ${summary(status)}${old}`;
        if (status.worst === "error" && state === "current")
          this.item.backgroundColor = new ThemeColor("statusBarItem.errorBackground");
        else if (status.worst === "warning" && state === "current")
          this.item.backgroundColor = new ThemeColor("statusBarItem.warningBackground");
        this.item.command = COMMAND_SHOW_REPORT;
        break;
      }
      case "cancelled":
        // What was done before that stays, and counts.
        this.item.text = hasCounts(status) ? `$(circle-slash) ${summary(status)}` : "$(beaker) Folioscope";
        break;
      case "failed":
        this.item.text = "$(warning) Folioscope";
        break;
      default:
        this.item.text = "$(beaker) Folioscope";
    }
    this.item.tooltip = tooltip(status);
    this.item.show();
  }
}

const hasCounts = ({ counts }: StatusParams): boolean =>
  counts.clean + counts.new + counts.fixed + counts.fixedLater > 0;

/** A warning does not look like an error. */
const FRESH_ICONS: Readonly<Record<StatusParams["worst"], string>> = {
  error: "$(error)",
  warning: "$(warning)",
  information: "$(info)",
  "": "$(pass)",
};

/** What is under way, and what it has found so far. */
function progress({ queued, message, done, total, left, counts }: StatusParams): string {
  if (queued > 0) return message;
  const found = counts.new > 0 ? ` · ${counts.new} new` : counts.fixed > 0 ? ` · ${counts.fixed} fixed` : "";
  const price = left === null ? "" : ` · ${aboutSeconds(left)}`;
  return `Folioscope${total > 0 ? ` ${done}/${total}` : ""}${price}${found}`;
}

/** Counts of a result, or where the document stands. */
export function summary({ counts, state, standing }: StatusParams): string {
  const parts = [
    counts.new > 0 ? `${counts.new} new` : "",
    counts.fixed > 0 ? `${counts.fixed} fixed` : "",
    counts.fixedLater > 0 ? `${counts.fixedLater} fixed later` : "",
  ].filter((p) => p !== "");
  const text =
    parts.length > 0
      ? parts.join(" · ")
      : counts.clean > 0
        ? `${counts.clean} ${counts.clean === 1 ? "run" : "runs"} clean`
        : standing;
  return state === "obsolete" || state === "cancelled" ? `${text} (${state})` : text;
}

/** The file name of a document, as text. */
export const nameOf = (uri: string): string => terminalText(Uri.parse(uri).path.split("/").pop() ?? uri);

function tooltip({
  uri,
  patches,
  ranAt,
  state,
  counts,
  message,
  done,
  total,
  left,
}: StatusParams): MarkdownString {
  const text = new MarkdownString();
  const state1: Record<string, string> = {
    none: "Nothing was run yet. Click to simulate.",
    checking: `Simulating ${done} of ${total}${left === null ? "" : `, ${aboutSeconds(left)} to go`}. Click to cancel.`,
    current: "Results of this text.",
    obsolete: "The text changed since this was run.",
    cancelled: "Cancelled. Click to simulate.",
    failed: "The simulation failed. Click to try again.",
  };
  text.appendMarkdown(`**Folioscope** ${state1[state] ?? ""}\n\n`);
  text.appendText(`${nameOf(uri)}, ${patches} ${patches === 1 ? "patch" : "patches"}`);
  if (ranAt > 0)
    text.appendText(`, run at ${new Date(ranAt).toLocaleTimeString()} (${ageText(Date.now() - ranAt)})`);
  text.appendMarkdown("\n\n");
  if (message) text.appendText(message + "\n\n");
  if (state === "current" || state === "obsolete" || state === "cancelled")
    text.appendMarkdown(
      `| findings | |\n|---|---:|\n| new | ${counts.new} |\n| fixed here | ${counts.fixed} |\n` +
        (counts.fixedLater > 0 ? `| fixed later in the series | ${counts.fixedLater} |\n` : "") +
        `| already so before | ${counts.already} |\n\n` +
        `| runs | |\n|---|---:|\n| clean | ${counts.clean} |\n| not modelled | ${counts.notModelled} |\n`,
    );
  return text;
}
