// How the browser's extension is bundled: its own modules for what reading mails needs of Node (tools/browser), and for the
// rest of Node (files, compression) functions that throw when they are called. Used by esbuild.mjs.
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = join(
  process.env.FOLIOSCOPE_ROOT ?? fileURLToPath(new URL("..", import.meta.url)),
  "tools",
  "browser",
);
const OWN = ["buffer", "crypto", "util"];

export const browser = {
  name: "browser",
  setup({ onResolve, onLoad, resolve }) {
    onResolve({ filter: /^node:/ }, ({ path }) => {
      const name = path.slice("node:".length);
      return OWN.includes(name) ? { path: join(here, `${name}.ts`) } : { path: name, namespace: "absent" };
    });
    onLoad({ filter: /.*/, namespace: "absent" }, ({ path }) => ({
      contents: `module.exports = new Proxy({}, { get: (_, name) => () => {
        throw new Error("a browser has no " + String(name) + " of ${path}");
      } });`,
      loader: "js",
    }));
    // Values of the protocol without its connections.
    onResolve({ filter: /^vscode-languageserver\/node$/ }, ({ resolveDir, kind }) =>
      resolve("vscode-languageserver-types", { resolveDir, kind }),
    );
  },
};

/** For esbuild's `inject`. */
export const buffer = join(here, "buffer.ts");
