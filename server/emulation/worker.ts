/**
 * The thread that the emulator runs in: takes one review at a time, posts progress and the result. A review looks at the
 * shared stop flag between cases and while it runs them; one that does not look is ended with its thread by job.ts.
 * Started as a worker of a pool, it runs another thread's cases instead (pool.ts); started for images, it makes those of one
 * file (images.ts), lists the scenarios (catalogue.ts), or tries orders (orders.ts).
 */
import { setPriority } from "node:os";
import { parentPort, workerData } from "node:worker_threads";
import { inSettings } from "../config.ts";
import { parseDocument } from "../parse.ts";
import { ReplayMismatch } from "../review/analysis.ts";
import type { ReviewListener, ReviewOptions, ReviewResult } from "../review/types.ts";
import { caseFile } from "../scenarios/of_case.ts";
import { TreeProblem } from "../source/context.ts";
import { type CaseSetup, type CatalogueSetup, catalogue } from "./catalogue.ts";
import type { PoolSetup } from "./hand.ts";
import { type ImagesSetup, treeImages } from "./images.ts";
import type { JobReply, JobRequest } from "./job.ts";
import { type OrdersSetup, orders } from "./orders.ts";
import { type Look, Pool, serve } from "./pool.ts";
import { groundOf, TimeLeft } from "./price.ts";
import { counting } from "./progress.ts";

/** Progress is posted no more often than this. */
const PROGRESS_EVERY_MS = 50;
/** How nice the thread of an editor's reviews is: of a processor that all want, a quarter. */
const NICE = 5;

let pool: Pool | null = null;

async function run({ id, text, path, options, stop }: JobRequest): Promise<JobReply> {
  const flag = new Int32Array(stop);
  const stopped = (): boolean => Atomics.load(flag, 0) !== 0;
  let told = 0;
  const left = TimeLeft.ofUser(groundOf(options.tree ?? null));
  const count = counting(left, (step) => {
    const now = Date.now();
    if (now - told < PROGRESS_EVERY_MS) return;
    told = now;
    post({ kind: "progress", id, ...step });
  });
  const listen: ReviewListener = (event) => {
    // A replay answers with its result alone.
    if (options.replay === undefined)
      if (event.kind === "finding") post({ kind: "finding", id, finding: event.finding });
      else if (event.kind === "patch") post({ kind: "patch", id, patch: event.patch, result: event.result });
    return count(event);
  };
  try {
    if (stopped()) return { kind: "cancelled", id };
    const reviewed = await reviewWithTree(text, path, options, listen, {
      stopped,
      front: () => ({ patch: Atomics.load(flag, 1) - 1, line: Atomics.load(flag, 2) }),
    });
    return stopped() ? { kind: "cancelled", id } : { kind: "result", id, ...reviewed };
  } catch (error) {
    return { kind: "failed", id, message: describe(error) };
  }
}

/** What the asker says while it runs. */
interface Asked {
  readonly stopped: () => boolean;
  readonly front: () => Look;
}

/** A tree that cannot be used is told, and the review is made of the mail alone. */
async function reviewWithTree(
  text: string,
  path: string,
  options: ReviewOptions,
  listen: ReviewListener,
  { stopped, front }: Asked,
): Promise<{ result: ReviewResult; treeProblem?: string }> {
  const doc = parseDocument(text, path);
  pool ??= Pool.ofThreads();
  pool.front = front;
  try {
    return { result: await pool.review(doc, { input: text, path, options }, listen, stopped) };
  } catch (error) {
    if (!(error instanceof TreeProblem)) throw error;
    const { tree: _tree, prerequisites: _stack, config: _config, ...alone } = options;
    const result = await pool.review(doc, { input: text, path, options: alone }, listen, stopped);
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

/** Lets whoever draws and answers go first: this thread and those that it starts. Only Linux has priorities of threads; elsewhere the server itself would wait. */
function giveWay(): void {
  if (process.platform !== "linux") return;
  try {
    setPriority(NICE);
  } catch {
    // As good without.
  }
}

const setup = workerData as PoolSetup | ImagesSetup | CatalogueSetup | CaseSetup | OrdersSetup | null;
if (setup?.kind === "pool" && parentPort !== null) serve(parentPort, parseDocument);
else if (setup?.kind === "images") parentPort?.postMessage(treeImages(setup.request));
else if (setup?.kind === "catalogue") parentPort?.postMessage(catalogue());
else if (setup?.kind === "case") parentPort?.postMessage(caseFile(setup.runs));
else if (setup?.kind === "orders") parentPort?.postMessage(orders(setup.request));
else {
  giveWay();
  parentPort?.on("message", (request: JobRequest) => void run(request).then(post));
  post({ kind: "ready" });
}
