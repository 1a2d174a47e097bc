/** What tests that bundle for a browser take of browser.mjs. */
import type { Plugin } from "esbuild";

export const browser: Plugin;
export const buffer: string;
