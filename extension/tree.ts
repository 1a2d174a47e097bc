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
  TreeItemCollapsibleState,
} from "vscode";
import { COMMAND_REVEAL, type TreeNode, type TreeResult } from "../server/protocol.ts";
import type { Severity, Verdict } from "../server/review/types.ts";

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
  note: "info",
};

export class PatchTree implements TreeDataProvider<Row> {
  readonly #changed = new EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  #result: TreeResult | undefined;

  show(result: TreeResult | undefined): void {
    if (result === undefined && this.#result === undefined) return;
    if (result && this.#result && JSON.stringify(result.roots) === JSON.stringify(this.#result.roots)) return;
    this.#result = result;
    this.#changed.fire(undefined);
  }

  getChildren(row?: Row): Row[] {
    const result = this.#result;
    if (!result) return [];
    const nodes = row ? row.node.children : result.roots;
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

  getParent(row: Row): Row | undefined {
    return row.parent;
  }

  getTreeItem({ uri, node }: Row): TreeItem {
    const state =
      node.children.length === 0
        ? TreeItemCollapsibleState.None
        : opensByItself(node)
          ? TreeItemCollapsibleState.Expanded
          : TreeItemCollapsibleState.Collapsed;
    const item = new TreeItem(node.label, state);
    item.id = `${uri}#${node.id}`;
    item.description = node.description;
    item.tooltip = new MarkdownString(node.tooltip);
    item.contextValue = node.steppable ? `${node.kind}.run` : node.kind;
    item.iconPath = icon(node);
    item.accessibilityInformation = {
      label: `${node.kind} ${node.label} ${node.description} ${node.verdict ?? ""}`,
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
  if (node.kind === "kernel" || node.kind === "coverage" || node.kind === "functions") return false;
  if (node.verdict === "new" || node.verdict === "fixed") return true;
  return node.kind === "file" && node.children.length <= 8;
}

function icon(node: TreeNode): ThemeIcon {
  if (node.kind === "note" || !node.verdict) return new ThemeIcon(KIND_ICONS[node.kind]);
  const [name, colour] = node.verdict === "new" ? FRESH[node.severity ?? "error"] : ICONS[node.verdict];
  return new ThemeIcon(name, new ThemeColor(colour));
}
