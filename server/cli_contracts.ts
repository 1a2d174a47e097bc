/**
 * `folioscope contracts [NAME...] [--check --tree DIR] [--format text|json]`: what function cases know of the kernel's
 * interfaces, each with its source, and which of it does not fit a tree. Exit status 0; 1 when --check finds a misfit or a
 * name is not known; 2 for bad usage.
 */

import { type Clause, type Contract, type Place, usualWhen } from "../emulator/function/contract.ts";
import type { CliIo } from "./cli_io.ts";
import { globMatcher } from "./glob.ts";
import { nearest, readArguments } from "./options.ts";
import { jsonText, terminalText } from "./report/text.ts";
import { checkContracts } from "./review/contract_check.ts";
import { readContracts } from "./review/contracts.ts";
import { openTree } from "./source/tree.ts";

const USAGE =
  "usage: folioscope contracts [NAME...] [--check --tree DIR] [--format text|json]\n  NAME may have * in it\n";

const OPTIONS = {
  check: { type: "boolean" },
  tree: { type: "string" },
  format: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

export async function runContracts(args: string[], io: CliIo): Promise<number> {
  const read = readArguments(args, OPTIONS);
  if (typeof read === "string") {
    io.stderr(`folioscope contracts: ${read}\n${USAGE}`);
    return 2;
  }
  const { positionals: names, values } = read;
  if (values.help === true) {
    io.stdout(USAGE);
    return 0;
  }
  const { check = false, tree = "", format = "text" } = values;
  if (format !== "text" && format !== "json") {
    io.stderr(`folioscope contracts: --format is text or json, not "${format}"\n`);
    return 2;
  }
  const { contracts, problems } = readContracts();
  for (const p of problems) io.stderr(`folioscope contracts: ${p}\n`);
  const wanted = names.map(globMatcher);
  const list = [...contracts.functions.values()]
    .filter((c) => wanted.length === 0 || wanted.some((fits) => fits(c.name)))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const unknown = names.filter((_, i) => !list.some((c) => wanted[i]!(c.name)));
  for (const name of unknown) {
    const near = nearest(name, [...contracts.functions.keys()]);
    io.stderr(
      `folioscope contracts: no contract is called ${name}${near === null ? "" : `; the nearest is ${near}`}\n`,
    );
  }
  if (unknown.length > 0) return 2;
  if (!check) {
    if (format === "json") io.stdout(`${jsonText(list.map(plain), 1)}\n`);
    else
      for (const c of list) {
        io.stdout(`${c.name}()\n`);
        for (const line of sentences(c, (k) => contracts.kinds.get(k)?.what ?? k)) io.stdout(`    ${line}\n`);
        io.stdout(`    source: ${c.source === "" ? "not said" : c.source}\n`);
      }
    return 0;
  }
  if (tree === "") {
    io.stderr(
      "folioscope contracts: --check needs --tree DIR, the kernel tree that they are compared with\n",
    );
    return 2;
  }
  const opened = openTree(tree);
  if (opened.tree === null) {
    io.stderr(`folioscope contracts: --check needs a kernel tree: ${opened.problem}\n`);
    return 2;
  }
  const fits = checkContracts(opened.tree, list);
  const bad = fits.filter((f) => f.state === "misfit");
  if (format === "json")
    io.stdout(
      `${jsonText(
        fits.map((f) => ({ name: f.contract.name, state: f.state, path: f.path, why: f.why })),
        1,
      )}\n`,
    );
  else {
    for (const f of fits)
      if (f.state !== "fits")
        io.stdout(
          `${terminalText(`${f.state.padEnd(7)} ${f.contract.name}: ${f.why.join("; ")}${f.path === "" ? "" : ` (${f.path})`}`)}\n`,
        );
    const n = (state: string): number => fits.filter((f) => f.state === state).length;
    io.stdout(
      `${n("fits")} fit, ${n("misfit")} do not fit, ${n("absent")} are not in this tree's shared headers\n`,
    );
  }
  return bad.length > 0 ? 1 : 0;
}

function plain(c: Contract): object {
  return {
    ...c,
    clauses: c.clauses.map((k) => ({
      ...k,
      where: placeName(k.where),
      from: k.from === null ? null : placeName(k.from),
    })),
  };
}

function placeName(p: Place): string {
  return `${p.inside ? "*" : ""}${typeof p.at === "number" ? `arg${p.at}` : p.at}${p.path === "" ? "" : `.${p.path}`}`;
}

/** A contract in plain English, a line a clause. */
export function sentences(c: Contract, kind: (name: string) => string): string[] {
  const out = c.clauses.map((k) => clauseText(k, kind(k.kind)));
  if (c.clauses.length === 0 && c.fails === "never") out.push("takes nothing and keeps nothing");
  if (c.fails !== "never")
    out.push(
      c.iterator ? "ends a loop by giving nothing more" : `fails by returning ${FAILS[c.fails] ?? c.fails}`,
    );
  if (c.memory !== null) out.push(`the memory's content: ${c.memory}`);
  if (typeof c.gives === "number") out.push(`returns its argument ${c.gives}`);
  else if (typeof c.gives === "object" && c.gives !== null)
    out.push(
      "value" in c.gives
        ? `returns ${c.gives.value}`
        : "least" in c.gives
          ? `returns a number of at least its argument ${c.gives.least}`
          : `returns a number of at most its argument ${c.gives.most}`,
    );
  else if (c.gives !== null) out.push(`returns a ${c.gives} number`);
  if (c.stands) out.push("stands in for the function in its own file, where a patch leaves it alone");
  return out;
}

const FAILS: Readonly<Record<string, string>> = {
  null: "NULL",
  errptr: "an error pointer",
  errno: "a negative errno",
  false: "false",
  zero: "0",
  nonzero: "something other than 0",
  internal: "an entry that says an error (xa_mk_internal())",
};

function clauseText(k: Clause, what: string): string {
  const where = placeName(k.where) === "ret" ? "the result" : placeName(k.where);
  const from = k.from === null ? "" : placeName(k.from);
  const when =
    k.when === usualWhen(k.verb)
      ? ""
      : k.when === "ok"
        ? ", when it succeeds"
        : k.when === "failed"
          ? ", when it fails"
          : ", when it fails too";
  const empty = k.empty === null ? "" : `, where argument ${k.empty + 1} is NULL`;
  const said: Readonly<Record<Clause["verb"], string>> = {
    get: `takes a ${what}: ${where}`,
    put: `gives back a ${what}: ${where}`,
    free: `gives back the ${what}, which is gone then: ${where}`,
    sweep: `gives back every ${what}`,
    take: `takes over the caller's ${what}: ${where}`,
    keep: `remembers ${where}, which may be found again through it`,
    lock: `locks the ${what}: ${where}`,
    unlock: `unlocks the ${what}: ${where}`,
    read: `reads through ${where}`,
    store: `stores ${from} in ${where}`,
    supply: `stores ${from} in ${where}, where nothing is yet`,
    call: `calls ${where} with ${from}`,
    later: `has ${where} called with ${from} when the device goes`,
    never: `takes back that ${where} is called with ${from}`,
    goes: `takes a ${what}, which is given back when the device goes: ${where}`,
    owned: `takes a ${what} for the device, which alone gives it back: ${where}`,
    release: `has ${from} release what ${where} stands for`,
    manage: `has ${where} released when the device ${from} goes`,
    dismiss: `takes back that ${where} releases something when the device goes`,
    finish: `releases now what ${where} was to release when the device goes`,
    begin: "begins a group of what goes with the device",
    undo: "gives back what the last group has",
    end: "ends the last group, and what it has stays",
    fill: `writes what ${where} points to`,
    error: `puts an error where ${where} points to`,
    array: `writes the array that ${where} points to`,
    out: `hands on what ${where} points to`,
  };
  return `${said[k.verb]}${when}${empty}`;
}
