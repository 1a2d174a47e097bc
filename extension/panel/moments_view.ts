/**
 * The moments of a finding's runs that are kept, as a list in the panel: where each was, the reader's words for it, the way
 * back. Leaves out where they are kept (../notebook.ts).
 */
import type { Moment } from "../../server/report/panel_view.ts";
import { el } from "./dom.ts";

export interface MomentActions {
  /** Stands on a moment, in whichever run it is. */
  go(moment: Moment): void;
  /** Gives a moment words; null: it is kept no longer. */
  note(moment: Moment, note: string | null): void;
  copy(text: string): void;
}

/** The list, or nothing where none is kept. `run`: the one on the axis. */
export function momentList(moments: readonly Moment[], run: string, actions: MomentActions): HTMLElement[] {
  if (moments.length === 0) return [];
  const copy = el("button", { type: "button", class: "link" }, "Copy as text");
  copy.addEventListener("click", () => actions.copy(momentText(moments)));
  return [
    el("h2", {}, `Kept moments (${moments.length}) `, copy),
    el("ol", { class: "moments" }, ...moments.map((m) => item(m, run, actions))),
  ];
}

function item(moment: Moment, run: string, actions: MomentActions): HTMLElement {
  const go = el("button", { type: "button", class: "link", title: "Go to this moment" }, moment.text);
  go.addEventListener("click", () => actions.go(moment));
  const note = el("input", {
    type: "text",
    placeholder: "a note",
    "aria-label": `Note on: ${moment.text}`,
    maxlength: "2000",
  });
  note.value = moment.note;
  note.addEventListener("change", () => actions.note(moment, note.value));
  const forget = el(
    "button",
    {
      type: "button",
      class: "link",
      title: "Keep this moment no longer",
      "aria-label": `Forget: ${moment.text}`,
    },
    "Forget",
  );
  forget.addEventListener("click", () => actions.note(moment, null));
  const elsewhere = moment.run === run ? [] : [el("span", { class: "mute" }, `in ${moment.run}: `)];
  return el("li", {}, ...elsewhere, go, el("div", { class: "note" }, note, forget));
}

/** For a mail: numbered, each with its note, the token of the run at the end. */
export function momentText(moments: readonly Moment[]): string {
  const lines = moments.flatMap((m, i) => [
    `${i + 1}. ${m.text}`,
    ...(m.note === "" ? [] : [`   ${m.note}`]),
  ]);
  const runs = [...new Set(moments.map((m) => m.run))];
  return [...lines, `(${runs.join("; ")}; ${moments[0]?.replay ?? ""})`].join("\n");
}
