/**
 * The notebook: moments of runs that the reader keeps, each with a note, told to nobody. A moment hangs on the token of its
 * finding, which names the text of the patch and the engine, so that it is found again as long as both are the same. Leaves out
 * how a moment is shown (panel/moments_view.ts) and what a run is.
 */
import { type Memento, Uri, window } from "vscode";
import type { Moment } from "../server/report/panel_view.ts";
import { messageText } from "../server/report/text.ts";

const KEY = "folioscope.moments";
/** The oldest go first. */
const MOMENTS_MAX = 500;
/** Characters of a note, and of what stands at a moment. */
const WORDS_MAX = 2_000;

/** A moment, with where its finding is. */
export interface KeptMoment extends Moment {
  readonly uri: string;
  /** The finding in a sentence. */
  readonly finding: string;
}

export class Notebook {
  readonly #kept: Memento;
  #moments: readonly KeptMoment[];

  constructor(kept: Memento) {
    this.#kept = kept;
    this.#moments = kept.get<readonly KeptMoment[]>(KEY, []);
  }

  /** All of them, the latest first. */
  all(): readonly KeptMoment[] {
    return this.#moments.toReversed();
  }

  /** Those of a finding, in the order in which they were kept. */
  of(replay: string): readonly KeptMoment[] {
    return this.#moments.filter((m) => m.replay === replay);
  }

  async keep(moment: KeptMoment): Promise<void> {
    const text = moment.text.slice(0, WORDS_MAX);
    await this.#store([...this.#moments.filter((m) => !isSame(m, moment)), { ...moment, text }]);
  }

  /** Gives a moment words; null: it is kept no longer. */
  async note(which: Pick<Moment, "replay" | "run" | "x">, note: string | null): Promise<void> {
    await this.#store(
      this.#moments.flatMap((m) =>
        !isSame(m, which) ? [m] : note === null ? [] : [{ ...m, note: note.slice(0, WORDS_MAX) }],
      ),
    );
  }

  async #store(moments: readonly KeptMoment[]): Promise<void> {
    this.#moments = moments.slice(-MOMENTS_MAX);
    await this.#kept.update(KEY, this.#moments);
  }
}

type Place = Pick<Moment, "replay" | "run" | "x">;
const isSame = (a: Place, b: Place): boolean => a.replay === b.replay && a.run === b.run && a.x === b.x;

/** Asks which of the kept moments is meant, the latest first; undefined for none, and it is said where there are none. */
export async function chooseMoment(notebook: Notebook): Promise<KeptMoment | undefined> {
  const items = notebook.all().map((moment) => ({
    moment,
    label: messageText(moment.note === "" ? moment.text : moment.note),
    description: messageText(moment.note === "" ? "" : moment.text),
    detail: messageText(`${baseName(Uri.parse(moment.uri))}: ${moment.finding} (${moment.run})`),
  }));
  if (items.length === 0) {
    void window.showInformationMessage(
      "No moment is kept yet: open a finding in the panel, move to an event, and choose Keep This Moment.",
    );
    return undefined;
  }
  const chosen = await window.showQuickPick(items, {
    title: "Folioscope: kept moments",
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return chosen?.moment;
}

/** The file of a document's address, as a reader names it. */
export const baseName = (uri: Uri): string => uri.path.split("/").at(-1) || uri.toString();
