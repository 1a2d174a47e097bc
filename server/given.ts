/**
 * What a command is given to read: a file, standard input, a message of a mailbox or of a list's archive with its thread, or
 * commits of a repository as the mails that they will become. Leaves out what is read from the bytes (parse.ts).
 */
import { FileProblem, readInput, writeNewFile } from "./files.ts";
import { threadOf } from "./mail/box.ts";
import { inboxThread, isInbox, messagePage } from "./mail/inbox.ts";
import { commitMails } from "./source/commits.ts";

/** Largest input that is read whole (bytes). */
export const MAX_INPUT = 256 << 20;

/** What was read. */
export interface Given {
  readonly bytes: Buffer;
  readonly path: string;
  /** Kernel trees that go with it; undefined: none. */
  readonly trees: string[] | undefined;
  /** The message that is meant, of those of its thread; undefined: all. */
  readonly message: string | undefined;
  readonly notes: readonly string[];
}

/** Which options say what is read. */
export interface Asked {
  readonly range?: string | undefined;
  readonly message?: string | undefined;
  readonly mails?: string | undefined;
  readonly tree?: string[] | undefined;
}

/** `file`: a path, `-`, a message's address in a public-inbox, or a mailbox with `message`. @throws FileProblem, RangeProblem */
export async function readGiven(file: string, { range, message, mails, tree }: Asked): Promise<Given> {
  const trees = tree?.length === 1 && tree[0] === "none" ? undefined : tree;
  if (range !== undefined) {
    const made = commitMails(".", range);
    if (mails !== undefined) writeNewFile(mails, made.bytes);
    const own = made.tree === null ? undefined : [made.tree];
    return {
      bytes: made.bytes,
      path: mails ?? range,
      trees: tree === undefined ? own : trees,
      message: undefined,
      notes: made.notes,
    };
  }
  const page = message === undefined ? messagePage(file) : { box: file, id: message };
  if (page !== null) {
    const { box, id } = page;
    if (box === "-") throw new FileProblem("--message", "needs a mailbox or a folder, not standard input");
    const bytes = await (isInbox(box) ? inboxThread(box, id) : threadOf(box, id));
    return { bytes, path: file, trees, message: id, notes: [] };
  }
  if (/^https?:\/\//i.test(file))
    throw new FileProblem(
      file,
      "names no message: give the address of one, as https://HOST/LIST/MESSAGE-ID/",
    );
  const bytes = readInput(file, MAX_INPUT);
  return { bytes, path: file, trees, message: undefined, notes: [] };
}
