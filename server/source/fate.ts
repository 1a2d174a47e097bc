/**
 * What can become of a hunk in a kernel tree, as data, and the words for it. The words are made here only, so that every
 * surface says the same. Leaves out placing hunks (apply.ts, merge.ts) and what of a patch runs (tree_side.ts).
 */

/** A place in the tree's file. */
export interface Spot {
  /** 1-based. */
  readonly line: number;
  /** Function or type that the line is in; "" at file scope. */
  readonly fn: string;
}

/** Why a hunk was put where it was put although neither GNU patch nor git puts it there. */
export type Evidence =
  /** All of its lines stand together in the function that they are of; only the white space differs. */
  | { readonly kind: "white-space"; readonly spot: Spot }
  /** The mail leaves lines out of the hunk; the runs that it shows stand in order in the function. */
  | { readonly kind: "runs"; readonly spots: readonly Spot[] }
  /** Each change was found by itself. */
  | { readonly kind: "content"; readonly changes: readonly FoundChange[] };

/** How one run of changed lines was found. */
export interface FoundChange {
  /** Lines that it takes out (`removed`), puts in (`added`, looked for to take them back), or stand beside it. */
  readonly by: "removed" | "added" | "beside";
  readonly count: number;
  readonly spot: Spot;
}

/** Why a hunk was not placed. */
export type Refusal =
  | { readonly kind: "no-file" }
  /** The patch adds a file that the tree has, with another text. */
  | { readonly kind: "other-file" }
  | {
      readonly kind: "changes-nothing";
      /** Of a move: a line that is moved, and one that it is moved past and that the text does not have. */
      readonly moved?: { readonly line: string; readonly past: string };
    }
  /** The file has no function of the name that the `@@` line gives. */
  | { readonly kind: "no-function"; readonly name: string }
  /** Its lines stand in the file, but not in the function that the `@@` line names. */
  | { readonly kind: "elsewhere"; readonly name: string; readonly spot: Spot }
  | { readonly kind: "no-line"; readonly text: string; readonly fn: string }
  | { readonly kind: "apart"; readonly fn: string }
  /** Another line stands where the hunk changes one: another form of it, put there since or before. */
  | {
      readonly kind: "superseded";
      readonly text: string;
      readonly has: string;
      readonly spot: Spot;
    }
  /** The tree has the lines around, but none of those that the hunk takes out. */
  | { readonly kind: "gone"; readonly text: string; readonly spot: Spot }
  /** The tree has a definition of that name already, which the hunk does not take out. */
  | { readonly kind: "defined"; readonly name: string }
  | {
      readonly kind: "unsure";
      readonly doubt:
        | "several-places"
        | "one-line-beside"
        | "nothing-beside"
        | "partly-there"
        | "says-too-little";
      readonly text: string;
      readonly fn: string;
    }
  /** A mail that leaves lines out of a hunk whose runs do not all stand in the function. */
  | { readonly kind: "lines-left-out" }
  /** Most of the patch is there already, and this hunk reads neither as before it nor as after it. */
  | { readonly kind: "rest-there" }
  /** The lines are those that another hunk of the patch takes, or the file is too long to be searched. */
  | { readonly kind: "taken"; readonly name: string }
  /** Another hunk in that function has no place: half of a function's change is not the patch's. */
  | { readonly kind: "half"; readonly name: string }
  | { readonly kind: "too-long" };

/** What speaks for a place that the lines alone do not settle. */
export interface PlaceNotes {
  /** A nearer place, where GNU patch puts it: in another function than the `@@` line names. */
  readonly passed?: Spot;
  /** The function that the `@@` line names has another name there. */
  readonly renamed?: { readonly from: string; readonly to: string };
}

/**
 * What became of a hunk. `lines`: how far from the line that its header names, as GNU patch prints it. `already`: the text
 * has it; on the before side it is taken back.
 */
export type HunkFate =
  | ({ readonly kind: "exact" } & PlaceNotes)
  | ({ readonly kind: "offset"; readonly lines: number } & PlaceNotes)
  | ({ readonly kind: "fuzz"; readonly fuzz: number; readonly lines: number } & PlaceNotes)
  | { readonly kind: "merged"; readonly evidence: Evidence }
  | { readonly kind: "already" }
  | { readonly kind: "rejected"; readonly why: Refusal };

/** A fate in words. */
export function fateText(fate: HunkFate): string {
  switch (fate.kind) {
    case "exact":
      return `exact${placeText(fate)}`;
    case "offset":
      return `offset ${fate.lines}${placeText(fate)}`;
    case "fuzz":
      return `fuzz ${fate.fuzz}${fate.lines === 0 ? "" : `, offset ${fate.lines}`}${placeText(fate)}`;
    case "merged":
      return `merged: ${evidenceText(fate.evidence)}`;
    case "already":
      return "in the tree already";
    case "rejected":
      return `rejected: ${refusalText(fate.why)}`;
  }
}

/** What is to be said of a place besides how far off it is; "" mostly. */
export function placeText({ passed, renamed }: PlaceNotes): string {
  const by =
    passed === undefined
      ? ""
      : `, in the function that its @@ line names and not at ${spotText(passed)}, which is nearer`;
  const name = renamed === undefined ? "" : `, in ${renamed.to}, as ${renamed.from} is called there`;
  return by + name;
}

/** A place in the file as the tree has it: other lines that a report names are the mail's. */
const spotText = ({ line, fn }: Spot): string => `line ${line} of the tree${fn === "" ? "" : `, in ${fn}`}`;

/** What speaks for a place that only the content shows, in words. */
export function evidenceText(evidence: Evidence): string {
  switch (evidence.kind) {
    case "white-space":
      return `all of its lines stand at ${spotText(evidence.spot)}, and only the white space differs`;
    case "runs":
      return `the mail leaves lines out, and the runs that it shows stand in order at ${evidence.spots.map(spotText).join(" and ")}`;
    case "content":
      return evidence.changes.map(changeText).join("; ");
  }
}

function changeText({ by, count, spot }: FoundChange): string {
  const what = by === "beside" ? "beside it" : "";
  const lines = `${count} ${by === "beside" ? "" : `${by} `}${count === 1 ? "line" : "lines"}${what === "" ? "" : ` ${what}`}`;
  return `${lines} found at ${spotText(spot)}`;
}

const called = (fn: string): string => (fn === "" ? "the file" : fn);

/** Why a hunk was not placed, in words. */
export function refusalText(why: Refusal): string {
  switch (why.kind) {
    case "no-file":
      return "the tree has no such file";
    case "other-file":
      return "the patch adds this file, but the tree has another one of this name";
    case "changes-nothing":
      return why.moved === undefined
        ? "the hunk changes nothing in this text"
        : `it only moves "${why.moved.line}" past "${why.moved.past}", which this text does not have there`;
    case "no-function":
      return `its @@ line names ${why.name}, which the file does not have`;
    case "elsewhere":
      return `its @@ line names ${why.name}, but its lines are found only at ${spotText(why.spot)}`;
    case "no-line":
      return `${called(why.fn)} has no line "${why.text}"`;
    case "apart":
      return `its lines are in ${called(why.fn)}, but not together`;
    case "superseded":
      return `${called(why.spot.fn)} has no line "${why.text}": "${why.has}" stands in its place, at line ${why.spot.line} of the tree`;
    case "gone":
      return `the lines around "${why.text}" are there at ${spotText(why.spot)}, but not that line: it has been taken out since, or the tree never had it`;
    case "defined":
      return `the file defines ${why.name} already, in another form`;
    case "unsure":
      return doubtText(why.doubt, why.text, called(why.fn));
    case "lines-left-out":
      return "the mail leaves lines of the hunk out, and what it shows is not all there in order";
    case "rest-there":
      return "the rest of the patch is in the tree, and here it reads neither as before it nor as after it";
    case "taken":
      return `${why.name} lies among lines that another hunk of the patch takes`;
    case "half":
      return `another hunk in ${why.name} has no place, and half of what the patch does there is not the patch`;
    case "too-long":
      return "the file is too long to be searched";
  }
}

function doubtText(doubt: (Refusal & { kind: "unsure" })["doubt"], text: string, where: string): string {
  switch (doubt) {
    case "several-places":
      return `"${text}" could go to more than one place in ${where}`;
    case "one-line-beside":
      return `one line beside "${text}" is in ${where}, and it says too little`;
    case "nothing-beside":
      return `no line beside "${text}" is in ${where}`;
    case "partly-there":
      return `"${text}" is partly there already`;
    case "says-too-little":
      return `too few lines around "${text}" are in ${where}`;
  }
}
