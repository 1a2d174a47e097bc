/**
 * The thread that mails are read in: takes one text at a time, reads it, and hands the result over in parts, each when it
 * is asked for. Bundled as dist/reader.cjs beside dist/server.cjs. Leaves out who asks (reader.ts).
 */
import { parentPort } from "node:worker_threads";
import { parseDocument } from "../parse.ts";
import { type Part, partsOf } from "./parts.ts";

/** From the server: a text to read, or the wish for the next part of what was read. */
export type ReadRequest =
  | { readonly kind: "read"; readonly id: number; readonly input: string | Uint8Array; readonly path: string }
  | { readonly kind: "next"; readonly id: number };

export type ReadReply =
  | { readonly kind: "part"; readonly id: number; readonly part: Part }
  | { readonly kind: "end"; readonly id: number }
  | { readonly kind: "failed"; readonly id: number; readonly message: string };

let current: { readonly id: number; readonly parts: Iterator<Part> } | undefined;

function answer(request: ReadRequest): ReadReply {
  const { id } = request;
  try {
    if (request.kind === "read") current = { id, parts: partsOf(parseDocument(request.input, request.path)) };
    if (current?.id !== id) return { kind: "failed", id, message: "this reading was given up" };
    const next = current.parts.next();
    if (!next.done) return { kind: "part", id, part: next.value };
    current = undefined;
    return { kind: "end", id };
  } catch (error) {
    current = undefined;
    return {
      kind: "failed",
      id,
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
}

parentPort?.on("message", (request: ReadRequest) => parentPort?.postMessage(answer(request)));
