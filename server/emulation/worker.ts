/**
 * The thread that the emulator runs in: takes one review at a time, posts progress and the result. The progress listener
 * reads the shared stop flag, so that a cancelled review ends between two scenarios; a review that does not look is
 * ended with its thread by job.ts. Started as a helper, it runs half of another thread's cases instead (helper.ts).
 */
import { parentPort, workerData } from "node:worker_threads";
import { inSettings } from "../config.ts";
import { parseDocument } from "../parse.ts";
import { ReplayMismatch, reviewDocument } from "../review/analysis.ts";
import type { ProgressListener, ReviewOptions, ReviewResult } from "../review/types.ts";
import { TreeProblem } from "../source/context.ts";
import { Helper, type HelperSetup, helperFile, serve, worthHelping } from "./helper.ts";
import type { JobReply, JobRequest } from "./job.ts";

/** Progress is posted no more often than this. */
const PROGRESS_EVERY_MS = 50;

let helper: Helper | null = null;

/** The second thread, started when first wanted and again when it was lost. */
function helperFor(options: ReviewOptions): Helper | null {
  const file = worthHelping(options) ? helperFile() : null;
  if (file === null) return null;
  if (helper?.alive === false) helper.dispose();
  if (helper === null || !helper.alive) helper = new Helper(file);
  return helper;
}

function run({ id, text, path, options, stop }: JobRequest): JobReply {
  const flag = new Int32Array(stop);
  let told = 0;
  const progress = (done: number, total: number, what: string): boolean => {
    const now = Date.now();
    if (now - told >= PROGRESS_EVERY_MS) {
      told = now;
      post({ kind: "progress", id, done, total, what });
    }
    return Atomics.load(flag, 0) === 0;
  };
  try {
    if (Atomics.load(flag, 0) !== 0) return { kind: "cancelled", id };
    const reviewed = reviewWithTree(text, path, options, progress);
    helper?.end();
    return Atomics.load(flag, 0) !== 0 ? { kind: "cancelled", id } : { kind: "result", id, ...reviewed };
  } catch (error) {
    return { kind: "failed", id, message: describe(error) };
  }
}

/** A tree that cannot be used is told, and the review is made of the mail alone. */
function reviewWithTree(
  text: string,
  path: string,
  options: ReviewOptions,
  progress: ProgressListener,
): { result: ReviewResult; treeProblem?: string } {
  const doc = parseDocument(text, path);
  const review = (with_: ReviewOptions): ReviewResult =>
    reviewDocument(doc, with_, progress, helperFor(with_)?.begin(text, path, with_) ?? null);
  try {
    return { result: review(options) };
  } catch (error) {
    if (!(error instanceof TreeProblem)) throw error;
    const { tree: _tree, prerequisites: _stack, config: _config, ...alone } = options;
    const result = review(alone);
    const note = `the kernel tree is not used: ${inSettings(error.message)}`;
    return { result: { ...result, notes: [note, ...result.notes] }, treeProblem: inSettings(error.message) };
  }
}

/** What the user did is said in words; what we did wrong is said with its place. */
function describe(error: unknown): string {
  if (error instanceof ReplayMismatch) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function post(reply: JobReply): void {
  parentPort?.postMessage(reply);
}

const setup = workerData as HelperSetup | null;
if (setup?.kind === "helper") serve(setup, parseDocument);
else {
  parentPort?.on("message", (request: JobRequest) => post(run(request)));
  post({ kind: "ready" });
}
