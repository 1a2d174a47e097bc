#!/usr/bin/env node
/**
 * The command line: a table of subcommands, each loaded when it is asked for so that `exec` starts fast. Leaves out what
 * they do (cli_*.ts).
 */
import manifest from "../package.json" with { type: "json" };
import type { CliIo } from "./cli_io.ts";
import { unknownName } from "./options.ts";
import { folded, terminalLines } from "./report/text.ts";

interface Command {
  readonly summary: string;
  run(args: string[], io: CliIo): Promise<number>;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  review: {
    summary: "run a mailed patch, before and after, and report what breaks",
    run: async (a, io) => (await import("./cli_review.ts")).runReview(a, io),
  },
  compare: {
    summary: "two versions of a series: what changed, which findings came",
    run: async (a, io) => (await import("./cli_compare.ts")).runCompare(a, io),
  },
  mutate: {
    summary: "would a mistake in what a mail adds be noticed by its runs",
    run: async (a, io) => (await import("./cli_mutate.ts")).runMutate(a, io),
  },
  run: {
    summary: "run a scenario file, on the kernel alone or around a mail",
    run: async (a, io) => (await import("./cli_run.ts")).runScenarioFile(a, io),
  },
  explore: {
    summary: "try the orders of a scenario's tasks, before and after a patch",
    run: async (a, io) => (await import("./cli_explore.ts")).runExplore(a, io),
  },
  parse: {
    summary: "read mails, run nothing: patches, hunks, remarks as JSON",
    run: async (a, io) => (await import("./cli_parse.ts")).runParse(a, io),
  },
  mails: {
    summary: "print what review would read: commits as mails, a message's thread",
    run: async (a, io) => (await import("./cli_mails.ts")).runMails(a, io),
  },
  exec: {
    summary: "run main() of a C program in the engine",
    run: async (a, io) => (await import("./cli_exec.ts")).runExec(a, io),
  },
  scenarios: {
    summary: "the catalogue of scenarios",
    run: async (a, io) => (await import("./cli_catalogue.ts")).runScenarios(a, io),
  },
  contracts: {
    summary: "what is known of the kernel's interfaces; does it fit a tree",
    run: async (a, io) => (await import("./cli_contracts.ts")).runContracts(a, io),
  },
  mcp: {
    summary: "serve review, scenarios, findings and rules to an assistant (MCP)",
    run: async (a, io) => (await import("./cli_mcp.ts")).runMcp(a, io),
  },
  cache: {
    summary: "what is kept on disk between runs, and --clear",
    run: async (a, io) => (await import("./cli_cache.ts")).runCache(a, io),
  },
  invariants: {
    summary: "the catalogue of invariants",
    run: async (a, io) => (await import("./cli_catalogue.ts")).runInvariants(a, io),
  },
};

function usage(): string {
  const lines = Object.entries(COMMANDS).map(([name, c]) => `  ${name.padEnd(12)} ${c.summary}`);
  return `usage: folioscope COMMAND [options]\n\n${lines.join("\n")}\n\nfolioscope COMMAND --help tells its options.\n`;
}

/** The last line of a terminal, written over by what follows; what is over within a second needs none. */
class StatusLine {
  private readonly since = Date.now();
  private last = 0;
  private shown = false;

  tell(text: string): void {
    const now = Date.now();
    if (text === "") {
      if (this.shown) process.stderr.write("\r\x1b[K");
      this.shown = false;
    } else if (now - this.since > QUIET_MS && now - this.last > EACH_MS) {
      process.stderr.write(`\r\x1b[K${text.slice(0, (process.stderr.columns ?? 80) - 1)}`);
      this.shown = true;
      this.last = now;
    }
  }
}

const QUIET_MS = 1000;
const EACH_MS = 100;

async function main(): Promise<number> {
  const [name, ...args] = process.argv.slice(2);
  const status = process.stderr.isTTY === true ? new StatusLine() : null;
  const io: CliIo = {
    stdout: (text) => {
      status?.tell("");
      process.stdout.write(text);
    },
    stderr: (text) => {
      status?.tell("");
      process.stderr.write(folded(terminalLines(text)));
    },
    ...(status === null ? {} : { status: (text: string) => status.tell(text) }),
    color: process.stdout.isTTY === true && !process.env["NO_COLOR"],
  };
  if (name === "--version" || name === "-V") {
    io.stdout(`folioscope ${manifest.version}\n`);
    return 0;
  }
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    io.stdout(usage());
    return name === undefined ? 2 : 0;
  }
  const command = COMMANDS[name];
  if (command === undefined || !Object.hasOwn(COMMANDS, name)) {
    io.stderr(`folioscope: ${unknownName("command", name, Object.keys(COMMANDS))}\n${usage()}`);
    return 2;
  }
  return command.run(args, io);
}

// A reader that went away (`| head`) is no fault of ours: stop quietly.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(process.exitCode ?? 0);
});

main().then(
  (status) => {
    process.exitCode = status;
  },
  (error: unknown) => {
    // What V8 says when a string, an array or the stack would be longer than it holds: only the size of the input does that.
    if (error instanceof RangeError) {
      process.stderr.write(
        terminalLines(`folioscope: the input asks for more than can be held: ${error.message}\n`),
      );
      process.exitCode = 2;
      return;
    }
    process.stderr.write(
      terminalLines(
        `folioscope: a defect of ours, please report it: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
      ),
    );
    process.exitCode = 70;
  },
);
