/**
 * A thread that is asked one thing and ends with the answer: for work that would keep the server's own thread from answering.
 * Leaves out what is asked (images.ts, catalogue.ts) and the emulator's own thread (job.ts).
 */
import { Worker } from "node:worker_threads";

/** A tree's index takes a hundred megabytes. */
const MAX_HEAP_MB = 1024;

/**
 * Starts `file` (the bundled worker) with `setup` and gives what it posts. `cancelled` is given what ends the thread.
 * @throws Error when it ends without an answer
 */
export function askThread<T>(file: string, setup: object, cancelled?: (end: () => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(file, {
      workerData: setup,
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    });
    cancelled?.(() => {
      reject(new Error("cancelled"));
      void worker.terminate();
    });
    worker.once("message", (reply: T) => resolve(reply));
    worker.once("error", reject);
    // After a message this changes nothing.
    worker.once("exit", () => reject(new Error("its thread ended early")));
  });
}
