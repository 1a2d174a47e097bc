/**
 * What a reviewer has seen: marks of hunks, kept with the editor and told to nobody. A mark is a digest of the hunk's text,
 * so that it stays while the mail is edited and holds for the same hunk in the next version of the series. Leaves out what a
 * hunk is (the server names them in the rows of the sidebar).
 */
import {
  type Disposable,
  EventEmitter,
  type Memento,
  Position,
  Range,
  Selection,
  type TextEditor,
  ThemeColor,
  window,
} from "vscode";
import type { TreeHunk, TreeNode } from "../server/protocol.ts";

const KEY = "folioscope.seen";
/** The oldest marks go first. */
const MARKS_MAX = 10_000;

export class Seen implements Disposable {
  readonly #kept: Memento;
  readonly #marks: Set<string>;
  readonly #changed = new EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #sign = window.createTextEditorDecorationType({
    after: { contentText: "  ✓ seen", color: new ThemeColor("descriptionForeground") },
    isWholeLine: true,
  });

  constructor(kept: Memento) {
    this.#kept = kept;
    this.#marks = new Set(kept.get<readonly string[]>(KEY, []));
  }

  /** How many of the hunks were seen. */
  count(hunks: readonly TreeHunk[]): number {
    return hunks.filter((h) => this.#marks.has(h.mark)).length;
  }

  async mark(hunks: readonly TreeHunk[], seen: boolean): Promise<void> {
    for (const { mark } of hunks) {
      this.#marks.delete(mark);
      if (seen) this.#marks.add(mark);
    }
    this.#changed.fire();
    await this.#kept.update(KEY, [...this.#marks].slice(-MARKS_MAX));
  }

  /**
   * Marks the hunk at the cursor and goes to the next that was not seen, as a reviewer reads; a hunk that was seen is unmarked,
   * and the cursor stays. Gives whether there was a hunk.
   */
  async toggleAt(editor: TextEditor, hunks: readonly TreeHunk[]): Promise<boolean> {
    const line = editor.selection.active.line + 1;
    const here = hunks.find((h) => line >= h.docLine && line <= h.endDocLine);
    if (here === undefined) return false;
    const seen = this.#marks.has(here.mark);
    await this.mark([here], !seen);
    const next = seen
      ? undefined
      : (hunks.find((h) => h.docLine > line && !this.#marks.has(h.mark)) ??
        hunks.find((h) => !this.#marks.has(h.mark)));
    if (next !== undefined) {
      const at = new Position(Math.min(next.docLine, editor.document.lineCount) - 1, 0);
      editor.selection = new Selection(at, at);
      editor.revealRange(new Range(at, at));
    }
    return true;
  }

  /** Says "seen" behind the first line of each hunk that was. */
  show(editor: TextEditor, hunks: readonly TreeHunk[]): void {
    const seen = hunks.filter((h) => this.#marks.has(h.mark) && h.docLine <= editor.document.lineCount);
    const lines = seen.map(({ docLine }) => new Range(docLine - 1, 0, docLine - 1, 0));
    editor.setDecorations(this.#sign, lines);
  }

  dispose(): void {
    this.#sign.dispose();
    this.#changed.dispose();
  }
}

/** The hunks at and below a row. */
export function hunksOf(node: TreeNode): readonly TreeHunk[] {
  return [...(node.hunks ?? []), ...node.children.flatMap(hunksOf)];
}
