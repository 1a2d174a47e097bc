/**
 * The comparison that the editor asks for: a document with an earlier version of its series, which is a file that somebody
 * chose, or stands in the document as well. Runs on the editor's queue. Leaves out the comparison (compare.ts) and its words
 * (server/report/compared.ts).
 */
import { basename } from "node:path";
import { type OnQueue, reviewsOnQueue } from "../emulation/on_queue.ts";
import { FileProblem, readRegularFile } from "../files.ts";
import { parseDocument } from "../parse.ts";
import type { CompareParams, CompareResult } from "../protocol.ts";
import { breaksMore, type Compared, comparedText } from "../report/compared.ts";
import { messageText, terminalText } from "../report/text.ts";
import { compareVersions, type Given } from "./compare.ts";
import { type Pair, type PairStatus, versionsOf } from "./versions.ts";

/** Largest file that is compared with (bytes). */
const MAX_INPUT = 64 << 20;

interface Compares extends OnQueue {
  readonly document: { readonly text: string; readonly path: string; readonly version: number };
}

/** What METHOD_COMPARE answers: the report, or why there is none. */
export async function compareBeside(
  { document, queue, options, token }: Compares,
  params: unknown,
): Promise<CompareResult> {
  const { with: other } = params as Partial<Record<keyof CompareParams, unknown>>;
  const pair = versionsFor(document, typeof other === "string" ? other : undefined);
  const { version } = document;
  if (typeof pair === "string")
    return { title: "", text: "", problem: messageText(pair), breaksMore: false, version, since: [] };
  const review = reviewsOnQueue({ queue, token }, "the comparison");
  const compared = await compareVersions(...pair, options, ({ doc, input }, asked) =>
    review(String(input), doc.path, asked),
  );
  return {
    title: terminalText(`${pair[0].name} and ${pair[1].name} of ${basename(document.path)}`),
    text: comparedText(named(compared, pair), { color: false, all: false, beside: true }),
    problem: "",
    breaksMore: breaksMore(compared.changes),
    version,
    since: marksOf(compared.pairs, pair, document.path),
  };
}

/** The versions by the names of their files: a reader has chosen them. */
function named(compared: Compared, [before, after]: readonly [Given, Given]): Compared {
  const name = ({ name: version, doc }: Given): string => `${version} (${basename(doc.path)})`;
  return {
    ...compared,
    before: { ...compared.before, name: name(before) },
    after: { ...compared.after, name: name(after) },
  };
}

/** How a patch of the document is marked beside another version. */
const MARKS: Readonly<Record<PairStatus, (other: string) => string>> = {
  equal: (other) => `\u2261 ${other}`,
  words: (other) => `\u2261 ${other}, other words`,
  moved: (other) => `\u2261 ${other}, moved`,
  code: (other) => `\u00b1 ${other}`,
  new: (other) => `not in ${other}`,
  dropped: (other) => `not in ${other}`,
};

function marksOf(
  pairs: readonly Pair[],
  [before, after]: readonly [Given, Given],
  path: string,
): CompareResult["since"] {
  // Where the document has both, the newer one is looked at.
  const isAfter = after.doc.path === path;
  const other = terminalText((isAfter ? before : after).name);
  return pairs.flatMap((p) => {
    const own = isAfter ? p.after : p.before;
    return own === null ? [] : [{ patch: own.index, text: MARKS[p.status](other) }];
  });
}

/** The older version and the newer one, or what is missing. */
function versionsFor(
  { text, path }: Pick<Compares["document"], "text" | "path">,
  other: string | undefined,
): readonly [Given, Given] | string {
  const own = versionsOf(parseDocument(text, path)).map((v) => ({ ...v, input: text }));
  const last = own.at(-1);
  if (last === undefined) return "This document holds no diff, so there is nothing to compare.";
  if (other === undefined)
    return own.length > 1
      ? [own.at(-2)!, last]
      : `This document holds one version of its series (${last.name}): choose a file with the other one.`;
  let input: string;
  try {
    input = readRegularFile(other, MAX_INPUT).toString("utf8");
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    return error.message;
  }
  const given = versionsOf(parseDocument(input, other)).at(-1);
  if (given === undefined) return `${basename(other)} holds no diff, so there is nothing to compare.`;
  const chosen: Given = { ...given, input };
  // Whichever was opened, the newer one is judged; without numbers that is the one that is looked at.
  return revisionOf(chosen) > revisionOf(last) ? [last, chosen] : [chosen, last];
}

const revisionOf = ({ name }: Given): number => Number(name.slice(1));
