/**
 * The sidebar: series > patch > file > function > finding of the active document, each row with the loudest verdict
 * below it. A click reveals the line without taking the focus away from the tree's keyboard. The rows come from the
 * server's one result store; nothing is decided here.
 */
import {
  EventEmitter,
  MarkdownString,
  ThemeColor,
  ThemeIcon,
  type TreeDataProvider,
  TreeItem,
  TreeItemCheckboxState,
  TreeItemCollapsibleState,
} from "vscode";
import {
  COMMAND_REVEAL,
  type CompareResult,
  type TreeHunk,
  type TreeNode,
  type TreeResult,
} from "../server/protocol.ts";
import type { Severity, Verdict } from "../server/review/types.ts";
import { filterRows, filterText, isFiltering, NO_FILTER, type RowFilter } from "./row_filter.ts";
import { hunksOf, type Seen } from "./seen.ts";

/** A row and the document it belongs to. */
export interface Row {
  readonly uri: string;
  readonly node: TreeNode;
  readonly parent: Row | undefined;
}

const ICONS: Record<Verdict, [string, string]> = {
  new: ["error", "problemsErrorIcon.foreground"],
  fixed: ["pass-filled", "testing.iconPassed"],
  "fixed-later": ["pass", "testing.iconPassed"],
  already: ["circle-outline", "descriptionForeground"],
  clean: ["check", "testing.iconPassed"],
  limit: ["watch", "testing.iconSkipped"],
  "not-modelled": ["circle-slash", "testing.iconSkipped"],
};
/** Something new, as loud as it is. */
const FRESH: Record<Severity, [string, string]> = {
  error: ["error", "problemsErrorIcon.foreground"],
  warning: ["warning", "problemsWarningIcon.foreground"],
  information: ["info", "problemsInfoIcon.foreground"],
};
const KIND_ICONS: Record<TreeNode["kind"], string> = {
  series: "layers",
  patch: "mail",
  file: "file-code",
  functions: "symbol-method",
  function: "symbol-method",
  finding: "bug",
  kernel: "folder-library",
  coverage: "checklist",
  notes: "note",
  note: "info",
};

export class PatchTree implements TreeDataProvider<Row> {
  readonly #changed = new EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #seen: Seen;
  #result: TreeResult | undefined;
  #filter: RowFilter = NO_FILTER;
  /** What patches of a document are to those of another version of the series, of one version of its text. */
  readonly #since = new Map<string, Pick<CompareResult, "version" | "since">>();

  constructor(seen: Seen) {
    this.#seen = seen;
    seen.onDidChange(() => this.#changed.fire(undefined));
  }

  get filter(): RowFilter {
    return this.#filter;
  }

  setFilter(filter: RowFilter): void {
    this.#filter = filter;
    this.#changed.fire(undefined);
  }

  /** The document was compared: its patches are marked until it is edited. */
  setSince(uri: string, compared: Pick<CompareResult, "version" | "since">): void {
    this.#since.set(uri, compared);
    this.#changed.fire(undefined);
  }

  #sinceOf(uri: string, { id }: TreeNode): string {
    const compared = this.#since.get(uri);
    if (compared === undefined || compared.version !== this.#result?.version) return "";
    return compared.since.find((s) => id === `patch/${s.patch}`)?.text ?? "";
  }

  /** Hunks of the document that is shown, in its order. */
  get hunks(): readonly TreeHunk[] {
    return (this.#result?.roots ?? []).flatMap(hunksOf);
  }

  show(result: TreeResult | undefined): void {
    const told = (r: TreeResult | undefined): string => JSON.stringify([r?.uri, r?.roots]);
    if (told(result) === told(this.#result)) {
      this.#result = result;
      return;
    }
    this.#result = result;
    this.#changed.fire(undefined);
  }

  getChildren(row?: Row): Row[] {
    const result = this.#result;
    if (!result) return [];
    const isSeen = (node: TreeNode): boolean => this.#isSeen(node);
    const nodes = row ? row.node.children : filterRows(result.roots, this.#filter, isSeen);
    return nodes.map((node) => ({ uri: result.uri, node, parent: row }));
  }

  /** The row of the loudest finding that is new, and how loud it is, from 1; undefined where nothing is new. */
  worst(): { row: Row; loudness: number } | undefined {
    const loud: readonly Severity[] = ["information", "warning", "error"];
    let found: { row: Row; loudness: number } | undefined;
    const look = (rows: readonly Row[]): void => {
      for (const row of rows) {
        const { kind, verdict, severity } = row.node;
        const loudness = kind === "finding" && verdict === "new" ? loud.indexOf(severity ?? "error") + 1 : 0;
        if (loudness > (found?.loudness ?? 0)) found = { row, loudness };
        look(this.getChildren(row));
      }
    };
    look(this.getChildren());
    return found;
  }

  #isSeen(node: TreeNode): boolean {
    const hunks = hunksOf(node);
    return hunks.length > 0 && this.#seen.count(hunks) === hunks.length;
  }

  getParent(row: Row): Row | undefined {
    return row.parent;
  }

  getTreeItem({ uri, node }: Row): TreeItem {
    const filtering = isFiltering(this.#filter);
    const state =
      node.children.length === 0
        ? TreeItemCollapsibleState.None
        : filtering || opensByItself(node)
          ? TreeItemCollapsibleState.Expanded
          : TreeItemCollapsibleState.Collapsed;
    const item = new TreeItem(node.label, state);
    // What was closed by hand is open under a filter, and closed again after it.
    item.id = `${uri}#${node.id}${filtering ? `#${filterText(this.#filter)}` : ""}`;
    const hunks = node.kind === "patch" || node.kind === "series" ? hunksOf(node) : [];
    const seen = this.#seen.count(hunks);
    item.description = [
      this.#sinceOf(uri, node),
      node.description,
      seen > 0 ? `${seen}/${hunks.length} hunks seen` : "",
    ]
      .filter((s) => s !== "")
      .join(" · ");
    if (node.kind === "patch" && hunks.length > 0)
      item.checkboxState = {
        state: seen === hunks.length ? TreeItemCheckboxState.Checked : TreeItemCheckboxState.Unchecked,
        tooltip: seen === hunks.length ? "Seen" : "Not seen yet",
      };
    item.tooltip = new MarkdownString(node.tooltip);
    item.contextValue = node.steppable ? `${node.kind}.run` : node.kind;
    item.iconPath = icon(node);
    item.accessibilityInformation = {
      label: `${node.kind} ${node.label} ${item.description} ${node.verdict ?? ""}`,
    };
    if (node.docLine > 0) {
      const target = { uri, line: node.docLine };
      item.command = { command: COMMAND_REVEAL, title: "Reveal", arguments: [target] };
    }
    return item;
  }
}

function opensByItself(node: TreeNode): boolean {
  if (node.kind === "series" || node.kind === "patch") return true;
  if (
    node.kind === "kernel" ||
    node.kind === "coverage" ||
    node.kind === "notes" ||
    node.kind === "functions"
  )
    return false;
  if (node.verdict === "new" || node.verdict === "fixed") return true;
  return node.kind === "file" && node.children.length <= 8;
}

/** The icon of a verdict; `otherwise` where there is none. */
export function verdictIcon(verdict: Verdict | undefined, otherwise: string): ThemeIcon {
  if (verdict === undefined) return new ThemeIcon(otherwise);
  const [name, colour] = verdict === "new" ? FRESH.error : ICONS[verdict];
  return new ThemeIcon(name, new ThemeColor(colour));
}

function icon(node: TreeNode): ThemeIcon {
  if (node.kind === "note" || !node.verdict) return new ThemeIcon(KIND_ICONS[node.kind]);
  const [name, colour] = node.verdict === "new" ? FRESH[node.severity ?? "error"] : ICONS[node.verdict];
  return new ThemeIcon(name, new ThemeColor(colour));
}
