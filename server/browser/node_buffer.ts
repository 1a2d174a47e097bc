/** `node:buffer` in a browser, as far as our bundles use it. */
import { Buffer } from "buffer/index.js";

export { Buffer };

export function isAscii(bytes: Uint8Array): boolean {
  return bytes.every((b) => b < 128);
}

export function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
