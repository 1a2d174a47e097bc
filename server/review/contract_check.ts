/**
 * Whether contracts fit a kernel tree: each name is declared there, has the arguments that the contract speaks of, and
 * returns what it is said to return. Read off the text of headers, so a name that only a folder of its own declares counts
 * as absent. Leaves out what the code behind a name does.
 */
import type { Contract } from "../../emulator/function/contract.ts";
import { closing } from "../source/c_text.ts";
import { headerIndex } from "../source/function_source.ts";
import type { KernelTree } from "../source/images.ts";
import { readerBelow } from "../source/tree.ts";

export interface Declaration {
  readonly path: string;
  /** Parameters; a macro's too. `open`: there may be more. */
  readonly arity: number;
  readonly open: boolean;
  /** null: a macro, whose type its text does not say. */
  readonly returns: "void" | "pointer" | "value" | null;
}

export interface Fit {
  readonly contract: Contract;
  readonly state: "fits" | "absent" | "misfit";
  /** Where it is declared, or "". */
  readonly path: string;
  /** What does not fit, in words. */
  readonly why: readonly string[];
}

/** Compares each contract with its declarations in the tree's shared headers; one that fits is enough. */
export function checkContracts(tree: KernelTree, contracts: Iterable<Contract>): Fit[] {
  const index = headerIndex(tree);
  const texts = new Map<string, string>();
  const read = readerBelow(tree.root);
  const textOf = (path: string): string => {
    let text = texts.get(path);
    if (text === undefined) {
      text = stripped(read(path) ?? "");
      texts.set(path, text);
    }
    return text;
  };
  return [...contracts].map((contract) => {
    // A stand-in of ours (shims.ts) is in no tree.
    if (contract.name.startsWith("__fs_"))
      return { contract, state: "fits", path: "emulator/function/shims.ts", why: [] };
    const paths = new Set<string>();
    for (const name of [contract.name, `${contract.name}_noprof`])
      for (const form of [`@${name}`, name, `#${name}`]) for (const p of index.definers(form)) paths.add(p);
    let first: Fit | null = null;
    for (const path of paths)
      for (const name of [contract.name, `${contract.name}_noprof`])
        for (const d of declarationsIn(textOf(path), path, name)) {
          const why = misfits(contract, d);
          const fit: Fit = { contract, state: why.length === 0 ? "fits" : "misfit", path, why };
          if (why.length === 0) return fit;
          first ??= fit;
        }
    return first ?? { contract, state: "absent", path: "", why: ["no shared header declares it"] };
  });
}

function stripped(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\n]*/g, " ")
    .replace(/\\\n/g, "  ")
    .replace(
      /\b__(?:\w*alloc_size|printf|scanf|attribute__|releases|acquires|cond_acquires|must_hold|malloc|section|aligned|realloc_size)\s*\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)/g,
      " ",
    );
}

/** A declaration's words before its name (characters). */
const DECLARATION_MAX = 2000;
/** Characters of a list of parameters. */
const PARAMETERS_MAX = 4000;

/** Prototypes, inline functions and macros of a name in a header's text. */
export function declarationsIn(text: string, path: string, name: string): Declaration[] {
  const out: Declaration[] = [];
  for (const m of text.matchAll(new RegExp(`^[ \\t]*#[ \\t]*define[ \\t]+${name}(\\(([^)]*)\\))?`, "gm"))) {
    const params = (m[2] ?? "").split(",").map((p) => p.trim());
    const open = m[1] === undefined || params.at(-1) === "..." || (params.at(-1) ?? "").endsWith("...");
    const arity = m[1] === undefined || params[0] === "" ? 0 : params.length - (open ? 1 : 0);
    out.push({ path, arity, open, returns: null });
  }
  let read = 0;
  for (const m of text.matchAll(new RegExp(`\\b${name}\\s*\\(`, "g"))) {
    const before = declarationBefore(text, read, m.index);
    if (before === null) continue;
    read = m.index + m[0].length;
    // The name in a body or in a list is no declaration.
    if (/[=(,]/.test(before.replace(/\b__\w+\s*\([^()]*\)/g, "")) || /\breturn\b/.test(before)) continue;
    const at = m.index + m[0].length;
    const end = closing(text, at - 1, PARAMETERS_MAX);
    if (end < 0) continue;
    const params = topLevel(text.slice(at, end));
    const open = params.at(-1) === "...";
    const none = params.length === 1 && (params[0] === "void" || params[0] === "");
    const type = before.replace(
      /\b(?:extern|static|inline|__always_inline|__must_check|const|__\w+)\b/g,
      " ",
    );
    out.push({
      path,
      arity: none ? 0 : params.length - (open ? 1 : 0),
      open,
      returns: type.includes("*")
        ? "pointer"
        : /^\s*void\s*$/.test(type.split("\n").at(-1)!)
          ? "void"
          : "value",
    });
  }
  return out;
}

/** What of a declaration stands before its name at `at`, from the end of the one before; null where it can be none. */
function declarationBefore(text: string, read: number, at: number): string | null {
  let from = at;
  while (from > Math.max(read, at - DECLARATION_MAX) && !/[;{}#]/.test(text[from - 1]!)) from--;
  if (from > read && /[{#]/.test(text[from - 1]!)) {
    const line = text.indexOf("\n", from);
    if (line < 0 || line >= at) return null;
    from = line + 1;
  }
  const before = text.slice(from, at);
  return /[\w*\s]$/.test(before) ? before.split("\n\n").at(-1)! : null;
}

function topLevel(text: string): string[] {
  const out: string[] = [];
  let depth = 0;
  let part = "";
  for (const c of text) {
    if (c === "(") depth++;
    if (c === ")") depth--;
    if (c === "," && depth === 0) {
      out.push(part.trim());
      part = "";
    } else part += c;
  }
  out.push(part.trim());
  return out;
}

/** What a contract says that its declaration does not bear out. */
export function misfits(c: Contract, d: Declaration): string[] {
  const why: string[] = [];
  const argument = (n: number, what: string): void => {
    if (n >= d.arity && !d.open)
      why.push(`${what} is about argument ${n}, and ${c.name}() has ${d.arity} of them (counted from 0)`);
  };
  for (const clause of c.clauses) {
    const { at } = clause.where;
    if (typeof at === "number") argument(at, clause.verb);
    if (typeof clause.from?.at === "number") argument(clause.from.at, clause.verb);
    if (at === "ret" && d.returns === "void")
      why.push(`${clause.verb} is about a result, and ${c.name}() has none`);
  }
  for (const n of c.size) argument(n, "size");
  if (typeof c.gives === "number") argument(c.gives, "gives");
  else if (typeof c.gives === "object" && c.gives !== null && "most" in c.gives)
    argument(c.gives.most, "gives");
  const pointer = c.fails === "null" || c.fails === "errptr" || c.fails === "internal";
  if (pointer && d.returns !== null && d.returns !== "pointer")
    why.push(`it fails by "${c.fails}", and ${c.name}() returns no pointer`);
  if (!pointer && c.fails !== "never" && d.returns !== null && d.returns !== "value")
    why.push(
      `it fails by "${c.fails}", and ${c.name}() returns ${d.returns === "void" ? "nothing" : "a pointer"}`,
    );
  return why;
}
