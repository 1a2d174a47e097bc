/**
 * The extension in an editor that has no Node: a browser. The server, its threads and the debug adapter are the bundles of the
 * desktop, each in a worker that has of Node what they use (server/browser/boot.ts); so mails are read and patches run where
 * the editor runs. There are no files of the machine: no kernel tree, no branch, no results kept. Leaves out what the
 * extension does (main.ts).
 */
import {
  type DebugAdapter,
  DebugAdapterInlineImplementation,
  type DebugProtocolMessage,
  EventEmitter,
  type ExtensionContext,
  Uri,
} from "vscode";
import { BrowserMessageReader, BrowserMessageWriter, LanguageClient } from "vscode-languageclient/browser";
import type { Boot } from "../server/browser/boot_message.ts";
import { start, stop } from "./main.ts";

interface BrowserWorker {
  postMessage(value: unknown): void;
  terminate(): void;
  onmessage: ((event: { data: unknown }) => void) | null;
}
declare const Worker: new (url: string) => BrowserWorker;

/** Starts the bundle `file` in a worker. */
function startBundle(context: ExtensionContext, file: string): BrowserWorker {
  const folder = Uri.joinPath(context.extensionUri, "dist");
  // The editor's own form of starting a worker from an extension's folder, wherever that lies.
  const worker = new Worker(Uri.joinPath(folder, "browser.js").toString(true));
  const boot: Boot = { kind: "folioscope boot", base: `${folder.toString(true)}/`, file, data: null };
  worker.postMessage(boot);
  return worker;
}

/** A debug adapter in a worker of its own, which ends with the session. */
class WorkerAdapter implements DebugAdapter {
  readonly #worker: BrowserWorker;
  readonly #sent = new EventEmitter<DebugProtocolMessage>();
  readonly onDidSendMessage = this.#sent.event;

  constructor(worker: BrowserWorker) {
    this.#worker = worker;
    worker.onmessage = ({ data }) => this.#sent.fire(data as DebugProtocolMessage);
  }

  handleMessage(message: DebugProtocolMessage): void {
    this.#worker.postMessage(message);
  }

  dispose(): void {
    this.#worker.terminate();
    this.#sent.dispose();
  }
}

export function activate(context: ExtensionContext): void {
  start(context, {
    client: (id, name, options) =>
      new LanguageClient(
        id,
        name,
        async () => {
          const worker = startBundle(context, "server.cjs") as never;
          return { reader: new BrowserMessageReader(worker), writer: new BrowserMessageWriter(worker) };
        },
        options,
      ),
    adapter: () => new DebugAdapterInlineImplementation(new WorkerAdapter(startBundle(context, "debug.cjs"))),
  });
}

export const deactivate = stop;
