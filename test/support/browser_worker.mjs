// A browser's worker for tests: a thread that runs a script in a context without anything of Node, with what a worker has:
// messages, sync requests to one address, workers of its own. Leaves out everything else of a browser.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createContext, runInContext } from "node:vm";
import { parentPort, Worker, workerData } from "node:worker_threads";

/** The test's bundle has this file's text, and a thread of it would run the test. */
const root = process.env.FOLIOSCOPE_ROOT ?? fileURLToPath(new URL("../..", import.meta.url));

/** The address that stands for `folder`. */
export const BASE = "https://extension.example/dist/";

/** Starts dist/browser.js of `folder` as a browser does. */
export function browserWorker(folder) {
  return new Worker(join(root, "test", "support", "browser_worker.mjs"), {
    workerData: { browserWorker: folder },
  });
}

if (workerData?.browserWorker !== undefined) run(workerData.browserWorker);

function run(folder) {
  const listeners = new Set();
  const scripts = new Map();
  const scope = {
    TextDecoder,
    TextEncoder,
    URL: class extends URL {},
    MessageChannel,
    performance,
    queueMicrotask,
    console,
    setTimeout,
    clearTimeout,
    setInterval,
    clearInterval,
    structuredClone,
    Blob: class {
      constructor(parts) {
        this.text = parts.join("");
      }
    },
    addEventListener: (_type, f) => listeners.add(f),
    removeEventListener: (_type, f) => listeners.delete(f),
    postMessage: (value) => parentPort.postMessage(value),
    close: () => process.exit(0),
    XMLHttpRequest: class {
      status = 0;
      response = null;
      open(_method, url) {
        this.url = url;
      }
      send() {
        try {
          const bytes = readFileSync(join(folder, this.url.slice(BASE.length)));
          this.response = new Uint8Array(bytes).buffer;
          this.status = 200;
        } catch {
          this.status = 404;
        }
      }
    },
    Worker: class {
      onmessage = null;
      onerror = null;
      #inner;
      constructor(url) {
        if (!scripts.has(url)) throw new Error("no script at " + url);
        this.#inner = browserWorker(folder);
        this.#inner.on("message", (data) => this.onmessage?.({ data }));
        this.#inner.on("error", (error) => this.onerror?.({ message: error.message }));
      }
      postMessage(value) {
        this.#inner.postMessage(value);
      }
      terminate() {
        void this.#inner.terminate();
      }
    },
  };
  scope.URL.createObjectURL = (blob) => {
    const url = `blob:${scripts.size}`;
    scripts.set(url, blob.text);
    return url;
  };
  const context = createContext(scope);
  parentPort.on("message", (data) => {
    for (const f of [...listeners]) f({ data });
  });
  runInContext(readFileSync(join(folder, "browser.js"), "utf8"), context, { filename: "browser.js" });
}
