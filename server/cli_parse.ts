// `folioscope parse FILE|DIR...`: reads and runs nothing. One JSON document, or one line per mail.

import { closeSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { FileProblem, readInput } from "./files.ts";
import { isMbox, streamMbox } from "./mail/mbox.ts";
import { readArguments } from "./options.ts";
import { parseDocument } from "./parse.ts";
import { toJson, toJsonDocument } from "./parse_json.ts";
import { jsonText } from "./report/text.ts";

export interface ParseIo {
  stdout: (text: string) => void;
  stderr: (text: string) => void;
  stdin?: () => Buffer;
  signal?: AbortSignal;
}

const USAGE = "usage: folioscope parse [--format json|jsonl] [--progress] FILE|DIR|-...\n";
/** Largest input that is read whole (bytes). */
const MAX_INPUT = 256 << 20;
/** An mbox larger than this is read mail by mail. */
const STREAM_SIZE = 8 << 20;

/** Runs the command; returns the exit status: 0 read, 2 bad usage or something unreadable. */
export async function runParse(args: string[], io: ParseIo): Promise<number> {
  const read = readArguments(args, {
    help: { type: "boolean", short: "h" },
    format: { type: "string" },
    json: { type: "boolean" },
    jsonl: { type: "boolean" },
    progress: { type: "boolean" },
  });
  if (typeof read === "string") {
    io.stderr(`folioscope parse: ${read}\n${USAGE}`);
    return 2;
  }
  const { values, positionals: inputs } = read;
  if (values.help === true) {
    io.stdout(USAGE);
    return 0;
  }
  const format = values.format ?? (values.jsonl === true ? "jsonl" : "json");
  if (format !== "json" && format !== "jsonl") {
    io.stderr(`folioscope parse: --format takes json or jsonl, not ${JSON.stringify(format)}\n${USAGE}`);
    return 2;
  }
  const progress = values.progress === true;
  if (inputs.length === 0) {
    io.stderr(USAGE);
    return 2;
  }
  const files: string[] = [];
  let status = 0;
  for (const input of inputs) {
    try {
      // What is not there is told by whoever reads it.
      if (input !== "-" && statSync(input, { throwIfNoEntry: false })?.isDirectory()) walk(input, files);
      else files.push(input);
    } catch (error) {
      io.stderr(`folioscope parse: ${input}: ${(error as Error).message}\n`);
      status = 2;
    }
  }
  const documents: unknown[] = [];
  for (const file of files) {
    if (io.signal?.aborted) break;
    try {
      if (format === "jsonl") await writeLines(file, io, progress);
      else documents.push(toJson(parseDocument(bytesOf(file, io), file), file));
    } catch (error) {
      const { message } = error as Error;
      io.stderr(`folioscope parse: ${error instanceof FileProblem ? message : `${file}: ${message}`}\n`);
      status = 2;
    }
  }
  if (format === "json")
    io.stdout(`${jsonText(toJsonDocument(documents as ReturnType<typeof toJson>[]), 1)}\n`);
  return status;
}

const bytesOf = (file: string, io: ParseIo): Buffer =>
  file === "-" && io.stdin ? io.stdin() : readInput(file, MAX_INPUT);

/** Puts the files below a directory in a stable order to `found`; hidden files and git's own are left out. */
function walk(dir: string, found: string[]): void {
  const entries = readdirSync(dir, { withFileTypes: true }).sort((a, b) =>
    a.name < b.name ? -1 : a.name > b.name ? 1 : 0,
  );
  for (const entry of entries) {
    if (entry.name.startsWith(".")) continue;
    const path = join(dir, entry.name);
    if (entry.isDirectory()) walk(path, found);
    else if (
      entry.isFile() ||
      (entry.isSymbolicLink() && statSync(path, { throwIfNoEntry: false })?.isFile())
    )
      found.push(path);
  }
}

async function writeLines(file: string, io: ParseIo, progress: boolean): Promise<void> {
  if (file !== "-" && (isLargeMbox(file) || /\.mbox\.gz$/i.test(file))) {
    let offset = 0;
    let flavour: "mboxo" | "mboxrd" | null = null;
    const options = {
      ...(io.signal ? { signal: io.signal } : {}),
      ...(progress ? { onProgress: progressOf(file, io) } : {}),
    };
    for await (const mail of streamMbox(file, options)) {
      flavour ??= mail.bytes.toString("latin1", 0, 13) === "From mboxrd@z" ? "mboxrd" : "mboxo";
      const doc = parseDocument(mail.bytes, file, { lineOffset: offset, mboxFlavour: flavour });
      offset += doc.lines.length;
      for (const line of mailLines(doc, file)) io.stdout(`${jsonText(line)}\n`);
    }
    return;
  }
  const bytes = bytesOf(file, io);
  const doc = parseDocument(bytes, file, { separate: true });
  for (const line of mailLines(doc, file)) io.stdout(`${jsonText(line)}\n`);
}

/** Says how far the reading is, at every twentieth. */
function progressOf(file: string, io: ParseIo): (done: number, total: number, mails: number) => void {
  let told = 0;
  return (done, total, mails) => {
    const part = total > 0 ? Math.floor((20 * done) / total) : 0;
    if (part <= told) return;
    told = part;
    io.stderr(`folioscope parse: ${file}: ${5 * part} %, ${mails} mails\n`);
  };
}

/** Looks at the beginning only: the rest is what must not be read at once. */
function isLargeMbox(file: string): boolean {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat?.isFile() !== true || stat.size < STREAM_SIZE) return false;
  const head = Buffer.alloc(65536);
  const handle = openSync(file, "r");
  try {
    return isMbox(head.subarray(0, readSync(handle, head, 0, head.length, 0)));
  } finally {
    closeSync(handle);
  }
}

function mailLines(doc: ReturnType<typeof parseDocument>, input: string): object[] {
  const json = toJson(doc, input);
  if (doc.messages.length === 0) return [{ input, messageId: null, patches: [], problems: json.problems }];
  return doc.messages.map((message) => {
    const [from, to] = [message.docLine, message.endDocLine];
    return {
      input,
      messageId: message.messageId,
      subject: message.subject,
      author: message.author,
      date: message.date,
      kind: message.kind,
      patches: json.patches.filter((_, i) => doc.patches[i]!.message === message.index),
      problems: json.problems.filter((p) => p.docLine >= from && p.docLine <= to),
      crashReports: json.crashReports.filter((c) => c.message === message.index),
    };
  });
}
