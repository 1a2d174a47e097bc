/**
 * The output channel "Folioscope": what the client and the server have to say that is not worth a notification.
 */
import { type LogOutputChannel, window } from "vscode";

export function createLog(): LogOutputChannel {
  return window.createOutputChannel("Folioscope", { log: true });
}
