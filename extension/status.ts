/**
 * The status bar item: the state of the active document and how many findings it has, by verdict. It is hidden where
 * there is no patch. A click cancels a running simulation and otherwise shows the report.
 */
import { MarkdownString, StatusBarAlignment, type StatusBarItem, ThemeColor, window } from "vscode";
import {
  COMMAND_CANCEL,
  COMMAND_SHOW_REPORT,
  COMMAND_SIMULATE,
  type StatusParams,
} from "../server/protocol.ts";

export class Status {
  readonly item: StatusBarItem;

  constructor() {
    this.item = window.createStatusBarItem("folioscope.status", StatusBarAlignment.Left, 10);
    this.item.name = "Folioscope";
  }

  show(status: StatusParams | undefined): void {
    if (!status || status.state === "foreign") {
      this.item.hide();
      return;
    }
    const { counts, state } = status;
    this.item.backgroundColor = undefined;
    this.item.command = COMMAND_SIMULATE;
    switch (state) {
      case "checking":
        this.item.text = `$(loading~spin) ${progress(status)}`;
        this.item.command = COMMAND_CANCEL;
        break;
      case "current":
      case "obsolete": {
        const counted = counts.clean + counts.new + counts.fixed + counts.fixedLater > 0;
        this.item.text = `${counted ? FRESH_ICONS[status.worst] : "$(circle-slash)"} ${summary(status)}`;
        if (status.worst === "error" && state === "current")
          this.item.backgroundColor = new ThemeColor("statusBarItem.errorBackground");
        else if (status.worst === "warning" && state === "current")
          this.item.backgroundColor = new ThemeColor("statusBarItem.warningBackground");
        this.item.command = COMMAND_SHOW_REPORT;
        break;
      }
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

/** A warning does not look like an error. */
const FRESH_ICONS: Readonly<Record<StatusParams["worst"], string>> = {
  error: "$(error)",
  warning: "$(warning)",
  information: "$(info)",
  "": "$(pass)",
};

/** What is under way, and what it has found so far. */
function progress({ queued, message, done, total, counts }: StatusParams): string {
  if (queued > 0) return message;
  const found = counts.new > 0 ? ` · ${counts.new} new` : "";
  return `Folioscope${total > 0 ? ` ${done}/${total}` : ""}${found}`;
}

function summary({ counts, state, standing }: StatusParams): string {
  const parts = [
    counts.new > 0 ? `${counts.new} new` : "",
    counts.fixed > 0 ? `${counts.fixed} fixed` : "",
    counts.fixedLater > 0 ? `${counts.fixedLater} fixed later` : "",
  ].filter((p) => p !== "");
  const text = parts.length > 0 ? parts.join(" · ") : counts.clean > 0 ? `${counts.clean} clean` : standing;
  return state === "obsolete" ? `${text} (obsolete)` : text;
}

function tooltip({ state, counts, message, done, total }: StatusParams): MarkdownString {
  const text = new MarkdownString();
  const state1: Record<string, string> = {
    none: "Nothing was run yet. Click to simulate.",
    checking: `Simulating ${done} of ${total}. Click to cancel.`,
    current: "Results of this text.",
    obsolete: "The text changed since this was run.",
    cancelled: "Cancelled. Click to simulate.",
    failed: "The simulation failed. Click to try again.",
  };
  text.appendMarkdown(`**Folioscope** ${state1[state] ?? ""}\n\n`);
  if (message) text.appendText(message + "\n\n");
  if (state === "current" || state === "obsolete")
    text.appendMarkdown(
      `| | runs |\n|---|---:|\n| clean | ${counts.clean} |\n| new | ${counts.new} |\n| fixed here | ${counts.fixed} |\n` +
        (counts.fixedLater > 0 ? `| fixed later in the series | ${counts.fixedLater} |\n` : "") +
        `| already so before | ${counts.already} |\n| not modelled | ${counts.notModelled} |\n`,
    );
  return text;
}
