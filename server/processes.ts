/**
 * What runs in a process or a thread of its own and needs the emulator, each loaded when it is started: one bundle
 * (dist/core.cjs) for all of them, because most of what they load is the same. dist/cli.cjs, worker.cjs and debug.cjs start
 * theirs (start.ts, esbuild.mjs). Leaves out the language server (main.ts) and the thread that reads mails (reading/thread.ts), which
 * load a part of it and are to start fast.
 */
export const cli = (): Promise<unknown> => import("./cli.ts");
export const worker = (): Promise<unknown> => import("./emulation/worker.ts");
export const debug = (): Promise<unknown> => import("./debug/main.ts");
