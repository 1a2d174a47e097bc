/**
 * The debug adapter as a process: the protocol on standard input and output. The editor starts one for each debug session
 * and ends it with the session. Leaves out the session itself.
 */
import { FolioscopeSession } from "./session.ts";

const session = new FolioscopeSession();
process.on("SIGTERM", () => session.shutdown());
session.start(process.stdin, process.stdout);
