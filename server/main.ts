/**
 * The process of the language server: stdio or node-ipc, whatever the client asks for on the command line; started as a
 * thread (a browser's editor has no processes: browser/boot.ts) it speaks with whoever started it. Bundled as
 * dist/server.cjs beside dist/worker.cjs, the thread that the emulator runs in, and dist/reader.cjs, the one that reads.
 */
import { join } from "node:path";
import { parentPort } from "node:worker_threads";
import { createConnection, ProposedFeatures } from "vscode-languageserver/node";
import manifest from "../package.json" with { type: "json" };
import { caseFilesOnThread, catalogueOnThread } from "./emulation/catalogue.ts";
import { imagesOnThread } from "./emulation/images.ts";
import { JobQueue, threadSpawner } from "./emulation/job.ts";
import { ordersOnThread } from "./emulation/orders.ts";
import { FrameCheck } from "./lsp/frames.ts";
import { PortReader, PortWriter } from "./lsp/port.ts";
import { Reader, readerThread } from "./reading/reader.ts";
import { Server } from "./server.ts";

/** How long a cancelled run may take to notice; a scenario checks far more often. */
const GRACE_MS = 1500;

/** Standard input, its frames checked: one that is none ends the process, so that the client sees it. */
function checkedInput(): NodeJS.ReadableStream {
  const frames = new FrameCheck();
  frames.on("error", (error) => {
    process.stderr.write(`folioscope: the connection ends: ${error.message}\n`);
    process.exit(1);
  });
  return process.stdin.pipe(frames);
}

const connection = parentPort
  ? createConnection(ProposedFeatures.all, new PortReader(parentPort), new PortWriter(parentPort))
  : process.argv.includes("--stdio")
    ? createConnection(ProposedFeatures.all, checkedInput(), process.stdout)
    : createConnection(ProposedFeatures.all);
// A broken message or a bug is for the log; only the client ends the server.
process.on("uncaughtException", (error) =>
  connection.console.error(`uncaught: ${error.stack ?? error.message}`),
);
process.on("unhandledRejection", (reason) => connection.console.error(`unhandled: ${String(reason)}`));

/** A thread of reviews that nobody asks for holds a gigabyte after a series in a tree. */
const IDLE_MS = 120_000;

const jobs = {
  spawn: threadSpawner(join(__dirname, "worker.cjs")),
  graceMs: GRACE_MS,
  log: (message: string) => connection.console.log(message),
};
new Server({
  connection,
  reader: new Reader(readerThread(join(__dirname, "reader.cjs"))),
  queue: new JobQueue(jobs),
  beside: new JobQueue({ ...jobs, idleMs: IDLE_MS }),
  catalogue: catalogueOnThread(join(__dirname, "worker.cjs")),
  caseFiles: caseFilesOnThread(join(__dirname, "worker.cjs")),
  treeImages: imagesOnThread(join(__dirname, "worker.cjs")),
  orders: ordersOnThread(join(__dirname, "worker.cjs")),
  version: manifest.version,
}).listen();
