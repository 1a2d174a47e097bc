/**
 * The extension where there is Node: the server is a process of the editor's own Node, the debug adapter another. Leaves out
 * what the extension does (main.ts).
 */
import { execFile } from "node:child_process";
import { DebugAdapterExecutable, type ExtensionContext, Uri } from "vscode";
import { LanguageClient, TransportKind } from "vscode-languageclient/node";
import type { Host } from "./client.ts";
import { start, stop } from "./main.ts";

/** What a command may write. */
const OUTPUT_MAX = 256 << 20;

/** The command line of this extension, run by the program that runs extensions: there may be no other Node. */
function commandLine(file: string): NonNullable<Host["commandLine"]> {
  return (args, token, folder) =>
    new Promise((resolve, reject) => {
      const env = { ...process.env, ELECTRON_RUN_AS_NODE: "1" };
      const options = { env, maxBuffer: OUTPUT_MAX, ...(folder === undefined ? {} : { cwd: folder }) };
      const child = execFile(process.execPath, [file, ...args], options, (error, output, errors) => {
        if (token.isCancellationRequested) return resolve(undefined);
        // A status of its own, or the system's reason why it did not run.
        const status = error === null ? 0 : error.code;
        if (typeof status === "number") resolve({ status, output, errors });
        else reject(error);
      });
      token.onCancellationRequested(() => child.kill());
    });
}

export function activate(context: ExtensionContext): void {
  const bundle = (name: string): string => Uri.joinPath(context.extensionUri, "dist", name).fsPath;
  const module = bundle("server.cjs");
  start(context, {
    client: (id, name, options) =>
      new LanguageClient(
        id,
        name,
        {
          run: { module, transport: TransportKind.ipc },
          debug: { module, transport: TransportKind.ipc, options: { execArgv: ["--inspect=6017"] } },
        },
        options,
      ),
    // "node" is the editor's own: it starts the adapter with the program that it runs extensions with.
    adapter: () => new DebugAdapterExecutable("node", [bundle("debug.cjs")]),
    commandLine: commandLine(bundle("cli.cjs")),
  });
}

export const deactivate = stop;
