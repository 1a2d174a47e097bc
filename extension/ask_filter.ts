/** Asks which rows of the sidebar are to be shown (row_filter.ts): one list of choices, and words that are typed. */
import { type QuickPickItem, QuickPickItemKind, window } from "vscode";
import { CHOICES, type RowFilter } from "./row_filter.ts";

type Item = QuickPickItem & { readonly filter?: RowFilter };

/** Asks for a filter: a verdict, or what is typed; undefined: the reader went away. */
export async function askFilter(now: RowFilter): Promise<RowFilter | undefined> {
  const pick = window.createQuickPick<Item>();
  pick.title = "Folioscope: show rows";
  pick.placeholder = "Choose what is shown, or type words that a row must have";
  const fill = (): void => {
    const typed = pick.value.trim();
    const byText: Item[] =
      typed === ""
        ? []
        : [
            { label: `With “${typed}”`, filter: { ...now, text: typed }, alwaysShow: true },
            { label: "", kind: QuickPickItemKind.Separator },
          ];
    pick.items = [
      ...byText,
      ...CHOICES.map(
        ({ id, label }): Item => ({
          label,
          description: id === now.which ? "now" : "",
          filter: { which: id, text: id === "all" ? "" : now.text },
        }),
      ),
    ];
  };
  fill();
  pick.onDidChangeValue(fill);
  return await new Promise((resolve) => {
    pick.onDidAccept(() => {
      resolve(pick.activeItems[0]?.filter);
      pick.hide();
    });
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
  });
}
