/**
 * The mistakes that the editor asks for: of the patch at its cursor, on its queue. Leaves out the trial (try.ts) and its words
 * (server/report/mutated.ts).
 */
import { basename } from "node:path";
import { type OnQueue, reviewsOnQueue } from "../emulation/on_queue.ts";
import { parseDocument } from "../parse.ts";
import { MUTANTS, type MutateParams, type MutateResult } from "../protocol.ts";
import { mutatedText } from "../report/mutated.ts";
import { messageText, terminalText } from "../report/text.ts";
import { tryMutants } from "./try.ts";

interface Mutates extends OnQueue {
  readonly document: { readonly text: string; readonly path: string };
}

/** What METHOD_MUTATE answers: the report, or why there is none. */
export async function mutateBeside(
  { document, queue, options, token }: Mutates,
  params: unknown,
): Promise<MutateResult> {
  const { line } = params as Partial<Record<keyof MutateParams, unknown>>;
  const doc = parseDocument(document.text, document.path);
  const at = doc.patches.find((p) => Number(line) >= p.docLine && Number(line) <= p.endDocLine);
  const asked = at === undefined ? options : { ...options, indexes: [at.index] };
  const review = reviewsOnQueue({ queue, token }, "the trial");
  const tried = await tryMutants(
    doc,
    asked,
    MUTANTS,
    (changed, text, more) => review(text, changed.path, more),
    () => {},
  );
  if (typeof tried === "string") return { title: "", text: "", problem: messageText(`${tried}.`) };
  return {
    title: terminalText(`Mistakes in ${basename(document.path)}`),
    text: mutatedText(tried, { color: false, beside: true }),
    problem: "",
  };
}
