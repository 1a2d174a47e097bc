/**
 * `folioscope mails`: what `review` would read, as an mbox on standard output: commits as mails, or a message with its
 * thread. The editor opens what it prints. Leaves out the reading (given.ts).
 */
import type { CliIo } from "./cli_io.ts";
import { FileProblem } from "./files.ts";
import { readGiven } from "./given.ts";
import { readArguments } from "./options.ts";
import { RangeProblem } from "./source/commits.ts";

const USAGE = `usage: folioscope mails --range A..B
       folioscope mails --message ID MBOX|MAILDIR|https://HOST/LIST|b4|lei
       folioscope mails https://HOST/LIST/MESSAGE-ID/

Prints, as an mbox, the mails that folioscope review would read: commits of the
repository that you are in, or a message with its thread. Runs nothing.

exit status: 0 printed; 2 bad usage, or there is no such thing
`;

const OPTIONS = {
  range: { type: "string" },
  message: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

/** Runs the command and gives the exit status. */
export async function runMails(args: string[], io: CliIo): Promise<number> {
  const fail = (message: string): number => {
    io.stderr(`folioscope mails: ${message}\n`);
    return 2;
  };
  const parsed = readArguments(args, OPTIONS);
  if (typeof parsed === "string") return fail(parsed);
  const { values, positionals } = parsed;
  if (values.help === true) {
    io.stdout(USAGE);
    return 0;
  }
  const { range, message } = values;
  const [box, ...more] = positionals;
  if (range !== undefined && message !== undefined)
    return fail("--message names a mail and --range commits: one of the two");
  if (more.length > 0 || (range === undefined) !== (box !== undefined))
    return fail("give --range A..B, --message ID and its mailbox, or the address of a message");
  if (range === undefined && message === undefined && !/^https?:\/\//i.test(box!))
    return fail("name the message that is meant: --message ID");
  try {
    const { bytes, notes } = await readGiven(range ?? box!, values);
    for (const note of notes) io.stderr(`folioscope mails: ${note}\n`);
    io.stdout(bytes);
    return 0;
  } catch (error) {
    if (!(error instanceof FileProblem || error instanceof RangeProblem)) throw error;
    return fail(error.message);
  }
}
