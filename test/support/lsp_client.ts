/**
 * A language client of a few lines for tests: starts a server over stdio, frames messages, keeps what the server says.
 * It can also send bytes as they are, so that malformed messages can be tried.
 */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { copyFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { LOWERED_FILE } from "../../server/lowered_file.ts";
import { SHIPPED_FILE } from "../../server/shipped_file.ts";

const root = process.env["FOLIOSCOPE_ROOT"] ?? process.cwd();
/** When nothing came the server hangs; long enough that no busy machine looks like it. */
const HANG_MS = 300_000;

/** The bundles of a server that reads and runs. */
export const SERVER: Readonly<Record<string, string>> = {
  server: "server/main.ts",
  reader: "server/reading/thread.ts",
  worker: "server/emulation/worker.ts",
};

/** Bundles entry files into a fresh folder, with the reference kernels that users have, and returns it; throws what esbuild says. By its API: the file that npm puts at
 *  esbuild's bin is a script for node or a native program, by whether its install step ran. */
export function bundle(name: string, entries: Readonly<Record<string, string>>): string {
  const outdir = join(root, ".cache", `${name}-${process.pid}`);
  process.on("exit", () => rmSync(outdir, { recursive: true, force: true }));
  buildSync({
    entryPoints: Object.fromEntries(Object.entries(entries).map(([out, file]) => [out, join(root, file)])),
    absWorkingDir: root,
    outdir,
    outExtension: { ".js": ".cjs" },
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    loader: { ".c": "text", ".h": "text", ".yaml": "text" },
    logLevel: "error",
  });
  const shipped = process.env["FOLIOSCOPE_SHIPPED"];
  if (shipped !== undefined)
    for (const name of [SHIPPED_FILE, LOWERED_FILE]) copyFileSync(join(shipped, name), join(outdir, name));
  return outdir;
}

interface Message {
  readonly id?: number | string | null;
  readonly method?: string;
  // biome-ignore lint/suspicious/noExplicitAny: the shape depends on the message; tests look at what they need.
  readonly params?: any;
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  readonly result?: any;
  readonly error?: { readonly code: number; readonly message: string };
}

export class LspClient {
  readonly process: ChildProcessWithoutNullStreams;
  /** Notifications of the server, oldest first. */
  readonly heard: Message[] = [];
  /** Requests of the server, oldest first, and what they are answered; null otherwise. */
  readonly asked: Message[] = [];
  readonly answers = new Map<string, unknown>();
  stderr = "";
  #buffer = Buffer.alloc(0);
  #nextId = 1;
  #exited: number | null | undefined;
  readonly #answers = new Map<number, (m: Message) => void>();
  readonly #waiting: { test: (m: Message) => boolean; done: (m: Message) => void }[] = [];

  constructor(serverFile: string) {
    this.process = spawn(process.execPath, [serverFile, "--stdio"], { stdio: "pipe" });
    this.process.stdout.on("data", (d: Buffer) => this.#take(d));
    this.process.stderr.on("data", (d: Buffer) => {
      this.stderr += String(d);
    });
    this.process.on("exit", (code) => {
      this.#exited = code;
    });
  }

  get alive(): boolean {
    return this.#exited === undefined;
  }

  async initialize(settings: object = {}, folders: readonly string[] = []): Promise<Message> {
    const answer = await this.request("initialize", {
      processId: null,
      rootUri: null,
      capabilities: {
        workspace: { codeLens: { refreshSupport: true }, workspaceFolders: true },
        window: { workDoneProgress: true },
      },
      workspaceFolders: folders.map((f) => ({ uri: `file://${f}`, name: f })),
      initializationOptions: { settings },
    });
    this.notify("initialized", {});
    return answer;
  }

  open(uri: string, text: string, languageId = "diff", version = 1): void {
    this.notify("textDocument/didOpen", { textDocument: { uri, languageId, version, text } });
  }

  /** Replaces the whole text. */
  change(uri: string, text: string, version: number): void {
    this.notify("textDocument/didChange", { textDocument: { uri, version }, contentChanges: [{ text }] });
  }

  /** The whole answer, error or not. */
  request(method: string, params: unknown, waitMs = HANG_MS): Promise<Message> {
    const id = this.#nextId++;
    const answer = new Promise<Message>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`no answer to ${method} in ${waitMs} ms\n${this.stderr}`)),
        waitMs,
      );
      this.#answers.set(id, (m) => {
        clearTimeout(timer);
        resolve(m);
      });
    });
    this.send({ id, method, params });
    return answer;
  }

  /** The number of the request made last. */
  get lastId(): number {
    return this.#nextId - 1;
  }

  /** Takes a request back, as an editor does. */
  cancel(id: number): void {
    this.notify("$/cancelRequest", { id });
  }

  notify(method: string, params: unknown): void {
    this.send({ method, params });
  }

  send(message: object): void {
    const body = Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...message }));
    this.raw(Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`), body]));
  }

  raw(bytes: Buffer | string): void {
    this.process.stdin.write(bytes);
  }

  /** The next notification that `test` likes; those already heard do not count. */
  next(
    method: string,
    test: (params: Message["params"]) => boolean = () => true,
    waitMs = HANG_MS,
  ): Promise<Message["params"]> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`no ${method} in ${waitMs} ms\n${this.stderr}`)),
        waitMs,
      );
      this.#waiting.push({
        test: (m) => m.method === method && test(m.params),
        done: (m) => {
          clearTimeout(timer);
          resolve(m.params);
        },
      });
    });
  }

  async close(): Promise<number | null> {
    if (this.#exited !== undefined) return this.#exited;
    await this.request("shutdown", null, 5000).catch(() => undefined);
    this.notify("exit", null);
    return await new Promise((resolve) => {
      const timer = setTimeout(() => this.process.kill("SIGKILL"), 5000);
      this.process.on("exit", (code) => {
        clearTimeout(timer);
        resolve(code);
      });
    });
  }

  #take(data: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, data]);
    for (;;) {
      const end = this.#buffer.indexOf("\r\n\r\n");
      if (end < 0) return;
      const length = Number(/Content-Length: (\d+)/i.exec(this.#buffer.toString("latin1", 0, end))?.[1] ?? 0);
      if (this.#buffer.length < end + 4 + length) return;
      const body = this.#buffer.toString("utf8", end + 4, end + 4 + length);
      this.#buffer = this.#buffer.subarray(end + 4 + length);
      this.#hear(JSON.parse(body) as Message);
    }
  }

  #hear(message: Message): void {
    if (message.method !== undefined && message.id !== undefined) {
      this.asked.push(message);
      this.send({ id: message.id, result: this.answers.get(message.method) ?? null });
      return;
    }
    if (message.method === undefined) {
      if (typeof message.id === "number") this.#answers.get(message.id)?.(message);
      return;
    }
    this.heard.push(message);
    for (const w of [...this.#waiting])
      if (w.test(message)) {
        this.#waiting.splice(this.#waiting.indexOf(w), 1);
        w.done(message);
      }
  }
}
