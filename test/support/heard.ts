/**
 * A command of the CLI run in this process, with what it wrote. Leaves out the colours of a terminal, and what the command
 * line's own program does around it (options of all commands, exit status).
 */

/** What every command's `io` has; `bytes` is the output of programs that `exec` runs (1: output, 2: errors). */
export interface HeardIo {
  stdout(text: string): void;
  stderr(text: string): void;
  bytes(fd: number, bytes: Uint8Array): void;
  readonly color: boolean;
}

/** The exit status, standard output and standard error of a command. Bytes of programs are read as Latin-1. */
export async function heard(
  command: (args: string[], io: HeardIo) => number | Promise<number>,
  args: readonly string[],
): Promise<{ status: number; out: string; err: string }> {
  let out = "";
  let err = "";
  const status = await command([...args], {
    stdout: (text) => void (out += text),
    stderr: (text) => void (err += text),
    bytes: (fd, bytes) => {
      const text = Buffer.from(bytes).toString("latin1");
      if (fd === 1) out += text;
      else err += text;
    },
    color: false,
  });
  return { status, out, err };
}
