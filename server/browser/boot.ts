/**
 * The first code of a browser's worker that runs one of our Node bundles (dist/browser.js): the first message says which
 * (`Boot`), then the bundle sees what modules.ts has of Node, and messages go to its `parentPort`. So a browser runs the very
 * bundles that the desktop runs. Leaves out who starts workers: the extension (extension/web.ts), and the bundles
 * themselves (threads.ts).
 */
import { type Boot, isBoot } from "./boot_message.ts";
import { Files } from "./files.ts";
import { makeModules } from "./modules.ts";
import { Buffer } from "./node_buffer.ts";
import { ParentPort, WorkerThread } from "./threads.ts";

interface Scope {
  addEventListener(type: "message", listener: (event: { data: unknown }) => void): void;
  removeEventListener(type: "message", listener: (event: { data: unknown }) => void): void;
  postMessage(value: unknown): void;
  close(): void;
}
const scope = globalThis as unknown as Scope;

/** Where the bundles lie for those who ask for files: no place of the machine. */
const FOLDER = "/folioscope/dist";

function start(boot: Boot): void {
  const files = new Files(FOLDER, boot.base);
  const port = new ParentPort(scope);
  const processOf = {
    env: { FOLIOSCOPE_NO_CACHE: "1" } as Record<string, string>,
    argv: ["node", boot.file],
    execArgv: [],
    pid: 1,
    platform: "browser",
    version: "",
    versions: {},
    exitCode: 0,
    cwd: () => "/",
    exit: () => scope.close(),
    on: () => processOf,
    once: () => processOf,
    off: () => processOf,
    emitWarning: (text: unknown) => console.warn(String(text)),
    nextTick: (f: (...args: unknown[]) => void, ...args: unknown[]) => queueMicrotask(() => f(...args)),
    memoryUsage: Object.assign(() => ({ rss: 0, heapUsed: 0, heapTotal: 0, external: 0 }), { rss: () => 0 }),
    cpuUsage: () => ({ user: performance.now() * 1000, system: 0 }),
    hrtime: Object.assign(() => [0, 0], { bigint: () => BigInt(Math.round(performance.now() * 1e6)) }),
    uptime: () => performance.now() / 1000,
    stdout: { write: (text: string) => console.log(text), isTTY: false },
    stderr: { write: (text: string) => console.error(text), isTTY: false },
    stdin: {},
  };
  const modules = makeModules({ files, port, boot, process: processOf });
  const immediate = modules["timers"] as { setImmediate: unknown; clearImmediate: unknown };
  Object.assign(globalThis, {
    Buffer,
    process: processOf,
    global: globalThis,
    setImmediate: immediate.setImmediate,
    clearImmediate: immediate.clearImmediate,
    // Without isolation of the page there is none: then a flag in one is not seen elsewhere, and who waits ends the thread.
    SharedArrayBuffer: globalThis.SharedArrayBuffer ?? ArrayBuffer,
  });
  const loaded = new Map<string, { exports: unknown }>();
  const load = (path: string): unknown => {
    const known = loaded.get(path);
    if (known !== undefined) return known.exports;
    const module = { exports: {} as unknown };
    loaded.set(path, module);
    const text = files.text(path).replace(/^#!.*/, "");
    const require = (name: string): unknown => {
      if (name.startsWith(".")) return load(`${FOLDER}/${name.replace(/^(?:\.\/)+/, "")}`);
      const found = modules[name.replace(/^node:/, "")];
      if (found === undefined) throw new Error(`a browser has no module ${name}`);
      return found;
    };
    // As the editor itself loads extensions in a browser.
    new Function("exports", "require", "module", "__filename", "__dirname", `${text}\n//# sourceURL=${path}`)(
      module.exports,
      require,
      module,
      path,
      FOLDER,
    );
    return module.exports;
  };
  load(`${FOLDER}/${boot.file}`);
  // A thread that waits for nothing ends, as in Node. What the bundle starts later than this turn has come by then.
  setTimeout(() => {
    if (!port.awaited) scope.close();
  }, 0);
}

function first({ data }: { data: unknown }): void {
  if (!isBoot(data)) return;
  scope.removeEventListener("message", first);
  try {
    start(data);
  } catch (error) {
    WorkerThread.fail(scope, error);
  }
}
scope.addEventListener("message", first);
