/**
 * One message, and its thread, out of a maildir, a folder of mails or an mbox, however large: heads are read first, and of
 * bodies only those of the thread. Leaves out what the mails say (server/parse.ts).
 */
import { lstatSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { FileProblem, kindOf, readHead, readRegularFile } from "../files.ts";
import { nearest } from "../options.ts";
import { headerValue, messageIds, readHeaders } from "./headers.ts";
import { streamMbox } from "./mbox.ts";

/** Bytes of a mail's head that are looked at. */
const HEAD_MAX = 1 << 16;
const HEAD_LINES = 500;
/** Mails of a folder. */
const MAILS_MAX = 1_000_000;
/** Mails of a thread, and their bytes. */
const THREAD_MAX = 2_000;
const THREAD_BYTES = 64 << 20;
/** Message ids among which the nearest to a wrong one is looked for. */
const NEAR_MAX = 5_000;

interface Head {
  readonly id: string;
  /** Ids of References and In-Reply-To, the oldest first. */
  readonly refs: readonly string[];
}

interface Mail extends Head {
  /** The whole mail. */
  read(): Buffer;
}

/** The mails of the thread of message `id` (with or without `<>`), as an mbox. @throws FileProblem */
export async function threadOf(path: string, id: string): Promise<Buffer> {
  const wanted = id.trim().replace(/^<|>$/g, "");
  let target: Head | null = null;
  const seen: string[] = [];
  let count = 0;
  for await (const mail of mailsOf(path)) {
    count++;
    if (mail.id === wanted) {
      target = { id: mail.id, refs: mail.refs };
      break;
    }
    if (mail.id !== "" && seen.length < NEAR_MAX) seen.push(mail.id);
  }
  if (target === null) {
    const near = nearest(wanted, seen);
    throw new FileProblem(
      path,
      `has no message <${wanted.slice(0, 200)}> among its ${count} mail${count === 1 ? "" : "s"}${near === null ? "" : `; the nearest is <${near}>`}`,
    );
  }
  // The first of its references is where the thread began, whether that mail is here or not.
  const root = target.refs[0] ?? target.id;
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const mail of mailsOf(path)) {
    if (mail.id !== wanted && mail.id !== root && !mail.refs.includes(root) && !mail.refs.includes(wanted))
      continue;
    const text = asMbox(mail.read());
    bytes += text.length;
    if (parts.length === THREAD_MAX || bytes > THREAD_BYTES)
      throw new FileProblem(
        path,
        `has a thread of <${wanted}> with more than ${THREAD_MAX} mails or ${THREAD_BYTES} bytes: give the mail itself`,
      );
    parts.push(text);
  }
  return Buffer.concat(parts);
}

async function* mailsOf(path: string): AsyncGenerator<Mail> {
  let folder: boolean;
  try {
    const stat = statSync(path);
    folder = stat.isDirectory();
    if (!folder && kindOf(stat) !== "")
      throw new FileProblem(path, `is ${kindOf(stat)}: name a maildir or an mbox`);
  } catch (error) {
    if (error instanceof FileProblem) throw error;
    throw new FileProblem(path, "cannot be read: there is no such file or folder");
  }
  if (!folder) {
    try {
      for await (const mail of streamMbox(path)) yield { ...headOf(mail.bytes), read: () => mail.bytes };
    } catch (error) {
      // What is not gzip by its end, a mail over the bound.
      throw new FileProblem(path, `cannot be read: ${(error as Error).message}`);
    }
    return;
  }
  let count = 0;
  let files: string[];
  try {
    files = filesOf(path);
  } catch (error) {
    throw new FileProblem(path, `cannot be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}`);
  }
  for (const file of files) {
    if (++count > MAILS_MAX)
      throw new FileProblem(path, `has more than ${MAILS_MAX} mails: name a folder with fewer`);
    let head: Buffer;
    try {
      head = readHead(file, HEAD_MAX);
    } catch (error) {
      // Mail programs rename and remove under one's hands.
      if (error instanceof FileProblem) continue;
      throw error;
    }
    yield { ...headOf(head), read: () => readRegularFile(file, THREAD_BYTES) };
  }
}

/** The mails of a maildir (cur, new), else the files of the folder itself; hidden ones and folders are left out. */
function filesOf(path: string): string[] {
  const isFolder = (p: string): boolean => lstatSync(p, { throwIfNoEntry: false })?.isDirectory() === true;
  const boxes = ["new", "cur"].map((b) => join(path, b)).filter(isFolder);
  return (boxes.length > 0 ? boxes : [path]).flatMap((box) =>
    readdirSync(box, { withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
      .map((entry) => join(box, entry.name))
      .sort(),
  );
}

function headOf(bytes: Buffer): Head {
  const text = bytes.toString("latin1", 0, Math.min(bytes.length, HEAD_MAX));
  const lines = text.trimStart().split(/\r?\n/, HEAD_LINES);
  let from = 0;
  while (from < lines.length && (lines[from]!.trim() === "" || /^>?From /.test(lines[from]!))) from++;
  const { headers } = readHeaders(lines, from);
  const ids = (name: string): string[] => messageIds(headerValue(headers, name));
  return { id: ids("message-id")[0] ?? "", refs: [...ids("references"), ...ids("in-reply-to")] };
}

/** A mail as one of an mbox: a From line before it where it has none, and From lines in it quoted. */
function asMbox(mail: Buffer): Buffer {
  const text = mail.toString("latin1");
  if (/^From /.test(text)) return Buffer.from(text.endsWith("\n") ? text : `${text}\n`, "latin1");
  const quoted = text.replace(/^(>*From )/gm, ">$1");
  let end = quoted.length;
  while (end > 0 && quoted[end - 1] === "\n") end--;
  return Buffer.from(`From mboxrd@z Thu Jan  1 00:00:00 1970\n${quoted.slice(0, end)}\n\n`, "latin1");
}
