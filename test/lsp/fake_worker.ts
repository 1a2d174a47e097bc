/**
 * A thread that answers as the emulator's would, for tests of the server alone: its results are made up
 * (fake_review.ts) and it takes its time, so that tests can see the server answer, cancel and drop meanwhile. Never part of a build.
 * Options steer it: scenario "hang" never looks at the stop flag, "throw" breaks, "slow" takes two seconds, "looks" does and names the patch and the line that are looked at; a tree with
 * "wrong" in its name cannot be used.
 */
import { parentPort, workerData } from "node:worker_threads";
import type { JobReply, JobRequest } from "../../server/emulation/job.ts";
import type { OrdersAnswer, OrdersSetup } from "../../server/emulation/orders.ts";
import { parseDocument } from "../../server/parse.ts";
import { fakeInTree, fakeReview } from "../support/fake_review.ts";

function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

function run({ id, text, path, options, stop }: JobRequest): JobReply {
  const flag = new Int32Array(stop);
  if (options.scenario === "throw")
    return { kind: "failed", id, message: "the fake worker was asked to break" };
  const rounds =
    options.scenario === "slow" || options.scenario === "looks" ? 40 : options.scenario === "hang" ? 200 : 4;
  for (let i = 0; i < rounds; i++) {
    parentPort?.postMessage({
      kind: "progress",
      id,
      done: i,
      total: rounds,
      what:
        options.scenario === "looks"
          ? `looks at ${Atomics.load(flag, 1)}, line ${Atomics.load(flag, 2)}`
          : "map-fault-unmap",
      left: null,
    } satisfies JobReply);
    sleep(50);
    if (options.scenario !== "hang" && Atomics.load(flag, 0) !== 0) return { kind: "cancelled", id };
  }
  const parsed = parseDocument(text, path);
  const result = fakeReview(parsed, options.seed ?? "1");
  if (options.tree === undefined) return { kind: "result", id, result };
  if (options.tree.includes("wrong"))
    return {
      kind: "result",
      id,
      result,
      treeProblem: `folioscope.tree: ${options.tree} is not a kernel tree`,
    };
  return { kind: "result", id, result: fakeInTree(parsed, result, options.tree) };
}

const setup = workerData as OrdersSetup | null;
if (setup?.kind === "orders") {
  const { options, faults, weak } = setup.request;
  if (options.scenario === "hang") sleep(10_000);
  const text = `${options.scenario}, ${weak ? "weak" : `faults ${faults}`}`;
  parentPort?.postMessage({ text, news: 1 } satisfies OrdersAnswer);
} else {
  parentPort?.on("message", (request: JobRequest) => parentPort?.postMessage(run(request)));
  parentPort?.postMessage({ kind: "ready" } satisfies JobReply);
}
