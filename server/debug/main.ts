/**
 * The debug adapter as a process: the protocol on standard input and output. The editor starts one for each debug session
 * and ends it with the session. Started as a thread (browser/boot.ts) it gives and takes messages as objects. Leaves out the
 * session itself.
 */
import { parentPort } from "node:worker_threads";
import { FolioscopeSession } from "./session.ts";

const session = new FolioscopeSession();
if (parentPort) {
  session.onDidSendMessage((message) => parentPort?.postMessage(message));
  parentPort.on("message", (message) => session.handleMessage(message));
} else {
  process.on("SIGTERM", () => session.shutdown());
  session.start(process.stdin, process.stdout);
}
