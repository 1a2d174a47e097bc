/**
 * The four tools of `folioscope mcp`: review a patch, run one scenario, explain a finding, list the rules. Their answers are
 * those of the command line, text for text. They read the files that the caller names and no others, change nothing, and
 * each answer is bounded. Leaves out the protocol (serve.ts).
 */
import { RULES, ruleOf } from "../../emulator/invariants/registry.ts";
import { eraFromName, unknownEra } from "../../emulator/kernel/era.ts";
import { scenarioNames } from "../cli_catalogue.ts";
import { badToken } from "../cli_review.ts";
import { Pool } from "../emulation/pool.ts";
import { FileProblem, readRegularFile } from "../files.ts";
import { globMatcher } from "../glob.ts";
import { unknownName } from "../options.ts";
import { parseDocument } from "../parse.ts";
import { reviewText } from "../report/terminal.ts";
import { terminalLines } from "../report/text.ts";
import { choosePatches, ReplayMismatch } from "../review/analysis.ts";
import type { ReviewOptions, ReviewResult } from "../review/types.ts";
import { TreeProblem } from "../source/context.ts";

/** What a tool answers; `wrong`: it could not be done, the text says why. */
export interface Said {
  readonly text: string;
  readonly wrong: boolean;
}

export interface McpTool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly inputSchema: {
    type: "object";
    properties: Record<string, object>;
    required: string[];
    additionalProperties: false;
  };
  call(given: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<Said>;
}

/** Largest mail (bytes), and largest answer (characters). */
const MAX_INPUT = 64 << 20;
const MAX_ANSWER = 60_000;

/** Something that the caller has to put right. */
class Wrong extends Error {}

const FILE = { type: "string", description: "path of the mail, mbox or diff" };
const SHARED = {
  tree: {
    type: "string",
    description: "folder of a Linux tree; with it functions run that the mail shows only in part",
  },
  patch: { type: "string", description: "number of the patch in its series (or in the file); default: all" },
  era: {
    type: "string",
    description: "kernel whose rules hold, as v6.15; default: as the tree or the patch has it",
  },
};
const schema = (properties: Record<string, object>, required: string[]): McpTool["inputSchema"] => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
});

/** Reviews run one after the other: each takes all processors. */
let last: Promise<unknown> = Promise.resolve();

const tool = (
  facts: Omit<McpTool, "call">,
  work: (given: Readonly<Record<string, string>>, signal: AbortSignal) => Promise<string> | string,
): McpTool => ({
  ...facts,
  async call(given, signal) {
    const done = last.then(async (): Promise<Said> => {
      try {
        const text = terminalLines(await work(texts(given, facts.inputSchema), signal));
        const cut = text.length > MAX_ANSWER;
        return {
          text: cut
            ? `${text.slice(0, MAX_ANSWER)}\n... ${text.length - MAX_ANSWER} characters more: ask for one patch or scenario\n`
            : text,
          wrong: false,
        };
      } catch (error) {
        const ours = [Wrong, FileProblem, TreeProblem, ReplayMismatch].some((kind) => error instanceof kind);
        if (!ours) throw error;
        return { text: terminalLines((error as Error).message), wrong: true };
      }
    });
    last = done.catch(() => undefined);
    return done;
  },
});

/** The arguments, which are all texts; what is missing or not known is told. */
function texts(
  given: Readonly<Record<string, unknown>>,
  wanted: McpTool["inputSchema"],
): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(wanted.properties, name))
      throw new Wrong(unknownName("argument", name, Object.keys(wanted.properties)));
    const text = typeof value === "number" ? String(value) : value;
    if (typeof text !== "string" || text === "" || text.length > 4096)
      throw new Wrong(`${name} takes a text`);
    out[name] = text;
  }
  for (const name of wanted.required) if (out[name] === undefined) throw new Wrong(`${name} is needed`);
  return out;
}

export const MCP_TOOLS: readonly McpTool[] = [
  tool(
    {
      name: "review_patch",
      title: "Run a kernel patch before and after",
      description:
        "Executes the C of a mailed Linux kernel patch, before and after, in every scenario of an emulated pmem/FS-DAX machine, and tells what breaks that did not break before, with the run that shows it and a replay token for explain_finding. 'Not modelled' and 'left out' mean that it did not run: no verdict.",
      inputSchema: schema({ file: FILE, ...SHARED }, ["file"]),
    },
    (given, signal) => review(given, {}, signal, false),
  ),
  tool(
    {
      name: "run_scenario",
      title: "Run one scenario on a patch",
      description:
        "Runs the scenarios whose name (or name and parameters) matches, on both sides of a patch, and tells of each run how it ended. Use it to put a claimed bug to the proof. Without a match the scenarios are listed.",
      inputSchema: schema(
        {
          file: FILE,
          scenario: {
            type: "string",
            description: "name or glob, as truncate* or 'map-fault-unmap order=9*'",
          },
          ...SHARED,
        },
        ["file", "scenario"],
      ),
    },
    (given, signal) => {
      const { scenario } = given;
      const matches = globMatcher(`${scenario!.split(" ")[0]}*`);
      if (!scenarioNames().some(matches))
        throw new Wrong(
          `${unknownName("scenario that matches", scenario!, scenarioNames())}. There are: ${scenarioNames().join(", ")}`,
        );
      return review(given, { scenario: scenario! }, signal, true);
    },
  ),
  tool(
    {
      name: "explain_finding",
      title: "Run a finding again and explain it",
      description:
        "Runs the one run that a finding's replay token names, and tells the events that lead to it, the rule that it breaks with its source, and what follows from it. Refuses a token of another text.",
      inputSchema: schema(
        {
          file: FILE,
          replay: { type: "string", description: "the finding's token, fs1:..." },
          tree: SHARED.tree,
        },
        ["file", "replay"],
      ),
    },
    async (given, signal) => {
      const problem = badToken(given["replay"]!);
      if (problem !== null) throw new Wrong(problem);
      const code = given["replay"]!.trim().split(":").at(-1)!;
      const text = await review(given, { replay: given["replay"]! }, signal, true);
      return `${text}\n${ruleText(code)}`;
    },
  ),
  tool(
    {
      name: "list_rules",
      title: "The rules that runs are judged by",
      description:
        "Every invariant: code, what must hold, from where that is known, and what follows when it breaks.",
      inputSchema: schema(
        { code: { type: "string", description: "only this rule, or a glob as folio-*" } },
        [],
      ),
    },
    ({ code }) => {
      const fits = code === undefined ? () => true : globMatcher(code);
      const rules = RULES.filter((r) => fits(r.code));
      const names = RULES.map((r) => r.code);
      if (rules.length === 0) throw new Wrong(unknownName("rule", code!, names));
      return rules.map((r) => ruleText(r.code)).join("\n");
    },
  ),
];

function ruleText(code: string): string {
  const rule = ruleOf(code);
  if (rule === undefined) return "";
  const lines = [`${rule.code}: ${rule.title}`, `  holds: ${rule.statement}`, `  source: ${rule.source}`];
  if (rule.consequence) lines.push(`  when broken: ${rule.consequence}`);
  return `${lines.join("\n")}\n`;
}

async function review(
  given: Readonly<Record<string, string>>,
  more: ReviewOptions,
  signal: AbortSignal,
  all: boolean,
): Promise<string> {
  const { file, tree, patch, era } = given;
  if (era !== undefined && eraFromName(era) === null) throw new Wrong(unknownEra(era));
  if (patch !== undefined && !/^\d{1,9}$/.test(patch))
    throw new Wrong(`patch takes a number, not "${patch.slice(0, 80)}"`);
  const input = readRegularFile(file!, MAX_INPUT);
  const doc = parseDocument(input, file!);
  if (doc.patches.length === 0) throw new Wrong(`${file} holds no diff, so there is nothing to run`);
  const chosen = choosePatches(doc, patch);
  if (chosen.length === 0) throw new Wrong(`${file} has no patch ${patch}; it has ${doc.patches.length}`);
  const options: ReviewOptions = {
    ...more,
    ...(tree === undefined ? {} : { tree }),
    ...(patch === undefined ? {} : { patch }),
    ...(era === undefined ? {} : { era }),
    facts: false,
  };
  const pool = Pool.ofThreads();
  let result: ReviewResult;
  try {
    result = await pool.review(doc, { input, path: file!, options }, undefined, () => signal.aborted);
  } finally {
    pool.dispose();
  }
  const ran =
    more.replay === undefined
      ? chosen
      : chosen.filter((p) => result.findings.some((f) => f.patch === p.index));
  if (more.replay !== undefined && result.findings.length === 0)
    throw new Wrong("the run that the token names was made, and the finding did not show");
  return reviewText(
    doc,
    result,
    ran.map((p) => p.index),
    { color: false, all },
  );
}
