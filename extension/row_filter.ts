/**
 * Which rows of the sidebar are shown: those of some verdicts, those with some text in them, those of patches that were not
 * seen. What stands above a row that is shown is shown too.
 */
import type { TreeNode } from "../server/protocol.ts";
import type { Verdict } from "../server/review/types.ts";

export interface RowFilter {
  /** Of `CHOICES`. */
  readonly which: string;
  readonly text: string;
}

export const NO_FILTER: RowFilter = { which: "all", text: "" };

export interface Choice {
  readonly id: string;
  readonly label: string;
  readonly verdicts?: readonly Verdict[];
}

/** What can be shown. */
export const CHOICES: readonly Choice[] = [
  { id: "all", label: "All rows" },
  { id: "new", label: "New", verdicts: ["new"] },
  { id: "fixed", label: "Fixed", verdicts: ["fixed", "fixed-later"] },
  { id: "clean", label: "Ran clean", verdicts: ["clean"] },
  { id: "silent", label: "Without a verdict", verdicts: ["not-modelled", "limit"] },
  { id: "unseen", label: "Not seen yet" },
];

/** Whether a filter leaves something out. */
export const isFiltering = ({ which, text }: RowFilter): boolean => which !== "all" || text !== "";

/** "New, with "refcount"" */
export function filterText({ which, text }: RowFilter): string {
  const label = CHOICES.find((c) => c.id === which)?.label ?? "";
  return [...(which === "all" ? [] : [label]), ...(text === "" ? [] : [`with “${text}”`])].join(", ");
}

/** The rows that are left, each with what is left below it; a row that matches by itself keeps all below it. */
export function filterRows(
  rows: readonly TreeNode[],
  filter: RowFilter,
  isSeen: (row: TreeNode) => boolean,
): readonly TreeNode[] {
  if (!isFiltering(filter)) return rows;
  const choice = CHOICES.find((c) => c.id === filter.which);
  const text = filter.text.toLowerCase();
  const keep = (row: TreeNode, named: boolean): TreeNode[] => {
    if (filter.which === "unseen" && row.kind === "patch" && isSeen(row)) return [];
    const has = named || text === "" || `${row.label} ${row.description}`.toLowerCase().includes(text);
    const children = row.children.flatMap((c) => keep(c, has && text !== ""));
    if (children.length > 0) return [{ ...row, children }];
    return has && row.children.length === 0 && matches(row, choice) ? [{ ...row, children }] : [];
  };
  return rows.flatMap((r) => keep(r, false));
}

function matches({ kind, verdict }: TreeNode, choice: Choice | undefined): boolean {
  if (choice?.verdicts === undefined) return true;
  if (kind !== "finding" && kind !== "function" && kind !== "file" && kind !== "patch") return false;
  return verdict !== undefined && choice.verdicts.includes(verdict);
}
