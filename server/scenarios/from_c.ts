/**
 * The way back: a built-in scenario, which is C, as a scenario file to start from, where the language can say it; else the first
 * thing that it cannot say. Goes by the C's own text, statement by statement, and knows the operations of
 * emulator/reference/scenarios/scenario.h. Leaves out checking what comes out: read.ts does, as for any file.
 */
import { stringify } from "yaml";
import { replaceComments } from "../../emulator/c/comments.ts";
import { ERA_NAMES, eraRow } from "../../emulator/kernel/era.ts";
import { referenceFiles } from "../../emulator/reference/index.ts";
import { parseParams } from "../../emulator/scenario/runner.ts";
import { FILE_SYSTEMS, PIN_WAYS } from "./language.ts";

/** A scenario file's text, or why there is none. */
export type AsYaml = { readonly yaml: string } | { readonly why: string };

class Unsaid extends Error {}

type Step = Record<string, string | number>;

/** Whether the catalogue has a scenario of that name, in whichever era. */
export function isBuiltIn(name: string): boolean {
  return referenceFiles.some((f) => f.path.startsWith("scenarios/") && f.text.includes(`, "${name}",`));
}

/** The built-in scenario of that name as YAML; null: there is none. */
export function scenarioAsYaml(name: string): AsYaml | null {
  for (const f of referenceFiles) {
    if (!f.path.startsWith("scenarios/") || !f.path.endsWith(".c") || !f.text.includes(`"${name}"`)) continue;
    const at = f.text.lastIndexOf("FSC_SCENARIO(", f.text.indexOf(`, "${name}",`));
    if (at < 0 || !f.text.slice(at).split("\n", 1)[0]!.includes(`, "${name}",`)) continue;
    try {
      return { yaml: new Translation(f.text, at).yaml() };
    } catch (error) {
      if (!(error instanceof Unsaid)) throw error;
      return { why: `${f.path}: ${error.message}` };
    }
  }
  return null;
}

/** Text up to the bracket that closes the one at `from`. */
function within(text: string, from: number): string {
  let depth = 0;
  let quoted = false;
  for (let i = from; i < text.length; i++) {
    const c = text[i]!;
    if (c === '"' && text[i - 1] !== "\\") quoted = !quoted;
    if (quoted) continue;
    if ("([{".includes(c)) depth++;
    else if (")]}".includes(c) && --depth === 0) return text.slice(from + 1, i);
  }
  return "";
}

/** Parts between commas that are in no bracket and no literal. */
function parts(text: string): string[] {
  const out = [""];
  let depth = 0;
  let quoted = false;
  for (const c of text) {
    if (c === '"') quoted = !quoted;
    if (!quoted && "([{".includes(c)) depth++;
    if (!quoted && ")]}".includes(c)) depth--;
    if (c === "," && depth === 0 && !quoted) out.push("");
    else out[out.length - 1] += c;
  }
  return out.map((p) => p.trim());
}

/** What literals side by side say. */
function unquoted(literals: string): string {
  let out = "";
  let inside = false;
  for (let i = 0; i < literals.length; i++) {
    const c = literals[i]!;
    if (c === '"') inside = !inside;
    else if (inside) out += c === "\\" ? (literals[++i] ?? "") : c;
  }
  return out;
}

const FLAGS: Readonly<Record<string, string>> = {
  SC_RW: "shared",
  SC_RO: "read-only",
  SC_PRIVATE: "private",
  "SC_RW | FSC_MAP_SYNC": "sync",
};
const PUTS = ["SC_PUT_UNPIN", "SC_PUT_PAGE", "SC_PUT_REFS", "SC_PUT_RELEASE", "SC_PUT_FOLIO"];

const PROTECT = /^fsc_mprotect\(mm, (\w+)\.addr, \w+ << PAGE_SHIFT, FSC_PROT_READ( \| FSC_PROT_WRITE)?\)$/;

class Translation {
  private readonly title: string;
  private readonly name: string;
  private readonly params: ReadonlyMap<string, readonly number[]>;
  private readonly body: string;
  private readonly since: string;
  private readonly lets: Record<string, string> = {};
  private readonly steps: Step[] = [];
  private readonly tasks: Record<string, Step[]> = {};
  /** C variables of files to the names of the story. */
  private readonly files = new Map<string, string>();
  /** C variables of a range that a task cuts: file, first page, number. */
  private readonly cuts = new Map<string, readonly string[]>();
  private readonly processes = new Set<string>();
  private mounted = false;
  /** The file that was closed just now: dropping its inode is one step with that. */
  private closed = "";

  constructor(text: string, at: number) {
    const head = within(text, text.indexOf("(", at));
    const [, name = "", title = "", params = ""] = parts(head);
    this.name = unquoted(name);
    this.title = unquoted(title);
    this.params = parseParams(unquoted(params));
    this.body = replaceComments(within(text, text.indexOf("{", at + head.length)), true, () => " ");
    // Scenarios of some kernels only stand in an #if of their own.
    const guards = [...text.slice(0, at).matchAll(/^#(if|endif)\b(?: FSC_ERA >= (\d+))?/gm)];
    const open = guards.at(-1);
    const ordinal = open?.[1] === "if" ? Number(open[2]) : 0;
    this.since = ERA_NAMES.find((e) => eraRow(e).ordinal === ordinal) ?? "";
  }

  yaml(): string {
    this.block(this.body, "");
    if (!this.mounted)
      throw new Unsaid("it mounts no file system: the language has no steps for what it does to devices");
    const own = [...this.params].filter(([k]) => k !== "fs" && !k.startsWith("fail_"));
    const fs = this.params.get("fs") ?? [];
    const kinds = fs.flatMap((n) => Object.entries(FILE_SYSTEMS).flatMap(([k, v]) => (v === n ? [k] : [])));
    const machine = {
      ...(kinds.length > 0 ? { "file-system": kinds } : {}),
      ...(this.since === "" ? {} : { since: this.since }),
    };
    const faults = [...this.params].flatMap(([k, values]) => {
      if (!k.startsWith("fail_")) return [];
      if (values.length !== 1)
        throw new Unsaid(`${k} has several values: a fault of a file happens in every case`);
      return [{ site: k.slice(5), nth: values[0]! }];
    });
    return stringify(
      {
        scenario: `my-${this.name}`,
        title: this.title,
        ...(Object.keys(machine).length > 0 ? { machine } : {}),
        ...(own.length > 0 ? { parameters: Object.fromEntries(own) } : {}),
        ...(Object.keys(this.lets).length > 0 ? { let: this.lets } : {}),
        ...(faults.length > 0 ? { faults } : {}),
        tasks: { user: this.steps, ...this.tasks },
      },
      { flowCollectionPadding: false, lineWidth: 100 },
    );
  }

  // ---- statements ----------------------------------------------------------------------------------------------------

  private block(text: string, when: string): void {
    let rest = text.trim();
    while (rest !== "") rest = this.statement(rest, when).trim();
  }

  /** Takes the first statement of a text; gives what is behind it. */
  private statement(text: string, when: string): string {
    if (text.startsWith("{")) {
      const inner = within(text, 0);
      this.block(inner, when);
      return text.slice(inner.length + 2);
    }
    const branch = /^if\s*\(/.exec(text);
    if (branch !== null) {
      const condition = within(text, branch[0].length - 1);
      const c = this.expression(condition);
      let rest = this.statement(text.slice(branch[0].length + condition.length + 1).trim(), both(when, c));
      if (/^\s*else\b/.test(rest))
        rest = this.statement(rest.replace(/^\s*else\b/, "").trim(), both(when, `!(${c})`));
      return rest;
    }
    if (/^(?:for|while|do|switch|return|goto)\b/.test(text))
      throw new Unsaid("it has a loop or leaves early: a file's steps run once, in order");
    let depth = 0;
    let quoted = false;
    for (let i = 0; i < text.length; i++) {
      const c = text[i]!;
      if (c === '"' && text[i - 1] !== "\\") quoted = !quoted;
      if (quoted) continue;
      if ("([{".includes(c)) depth++;
      if (")]}".includes(c)) depth--;
      if (c !== ";" || depth > 0) continue;
      this.simple(text.slice(0, i).replace(/\s+/g, " ").trim(), when);
      return text.slice(i + 1);
    }
    throw new Unsaid(`"${text.slice(0, 40)}" does not end`);
  }

  private simple(text: string, when: string): void {
    const declared =
      /^(?:const )?(struct \w+|unsigned long|unsigned char|unsigned int|bool|int|long) (.*)$/.exec(text);
    if (declared !== null) {
      for (const d of parts(declared[2]!)) this.declarator(declared[1]!, d.replace(/^\*/, ""), when);
      return;
    }
    if (/^sc_end\(mm\)$/.test(text)) return;
    this.steps.push(...this.operation(text).map((s) => (when === "" ? s : { ...s, when })));
  }

  private declarator(type: string, text: string, when: string): void {
    const m = /^(\w+)(?: = (.*))?$/.exec(text);
    if (m === null) throw new Unsaid(`it has an array: "${text}"`);
    const [, name, value] = m as unknown as [string, string, string | undefined];
    if (type === "struct sc_cut" && value !== undefined) {
      const [file = "", ...range] = parts(value.replace(/^\{|\}$/g, ""));
      this.cuts.set(name, [file.replace("&", "").trim(), ...range]);
    } else if (value === undefined) return;
    else if (type === "struct mm_struct" && value === "sc_begin()") this.mounted = true;
    else if (type.startsWith("struct")) this.simple(`${name} = ${value}`, when);
    else this.lets[name] = this.expression(value);
  }

  private operation(text: string): Step[] {
    const assigned = /^(\w+) = (\w+)\((.*)\)$/.exec(text);
    if (assigned !== null) return this.assigned(assigned[1]!, assigned[2]!, parts(assigned[3]!));
    const call = /^(\w+)\((.*)\)$/.exec(text);
    if (call === null) throw new Unsaid(`the language has no step for "${text}"`);
    const args = parts(call[2]!);
    const [a = "", b = "", c = "", d = "", e = ""] = args;
    const x = (t: string): string => this.expression(t);
    switch (call[1]) {
      case "sc_fill":
        return [{ fallocate: this.file(a), from: x(b), pages: x(c) }];
      case "sc_munmap":
        return [{ munmap: thing(a) }];
      case "sc_write":
        return [{ store: thing(a), page: x(b), value: x(c) }];
      case "sc_try_write":
        return [{ store: thing(a), page: x(b), value: x(c), gives: "anything" }];
      case "sc_try_read":
        return [{ load: thing(a), page: x(b), gives: "anything" }];
      case "sc_read":
        return [{ load: thing(a), page: x(b) }];
      case "sc_see":
        return [{ see: thing(a), page: x(b), value: x(c) }];
      case "sc_truncate":
        return [{ truncate: this.file(a), to: x(b) }];
      case "sc_punch":
        return [{ punch: this.file(a), from: x(b), pages: x(c) }];
      case "sc_fsync":
        return [{ fsync: this.file(a) }];
      case "sc_clone":
        return [{ reflink: this.file(a), from: x(b), pages: x(e), to: this.file(c), at: x(d) }];
      case "sc_pwrite":
        return [{ pwrite: this.file(a), page: x(b), value: x(c) }];
      case "sc_pread":
        return [{ pread: this.file(a), page: x(b), value: x(c) }];
      case "sc_remove":
        return [{ remove: this.file(a) }];
      case "sc_remove_quietly":
        return [{ unlink: this.file(a) }];
      case "fsc_mm_destroy":
        return [{ exit: this.process(a) }];
      case "fscfs_close":
        this.closed = a.replace(".file", "");
        return [];
      case "sc_both":
        return this.both(unquoted(a), b, c.replace("&", ""), thing(d));
      case "SC_DO":
        return this.done(a);
      case "SC_EXPECT":
        return this.expected(a, unquoted(b));
      default:
        throw new Unsaid(`the language has no step for ${call[1]}()`);
    }
  }

  private assigned(name: string, fn: string, args: readonly string[]): Step[] {
    const [a = "", b = "", c = "", d = "", e = ""] = args;
    if (fn === "sc_create") {
      const called = unquoted(a);
      this.files.set(name, [...this.files.values()].includes(called) ? name : called);
      return [{ create: this.files.get(name)!, pages: this.expression(b) }];
    }
    if (fn === "sc_mmap") {
      const as = FLAGS[e];
      if (as === undefined) throw new Unsaid(`the language has no mapping "${e}"`);
      const of = { mmap: name, file: this.file(b), from: this.expression(c), pages: this.expression(d) };
      return [
        { ...of, ...(as === "shared" ? {} : { as }), ...(a === "mm" ? {} : { process: this.process(a) }) },
      ];
    }
    if (fn === "fsc_mm_create") {
      this.processes.add(name);
      return [{ process: name }];
    }
    throw new Unsaid(`the language has no step for ${fn}()`);
  }

  /** A task that waits for a device, and the device. */
  private both(name: string, fn: string, cut: string, dma: string): Step[] {
    const called = name.replace(/[^A-Za-z0-9]+/g, "-");
    const choice = /^(.*) \? (\w+) : (\w+)$/.exec(fn);
    if (choice === null) this.tasks[called] = this.cutting(fn, cut);
    else {
      const when = this.expression(choice[1]!);
      this.tasks[called] = [
        ...this.cutting(choice[2]!, cut).map((s) => ({ ...s, when })),
        ...this.cutting(choice[3]!, cut).map((s) => ({ ...s, when: `!(${when})` })),
      ];
    }
    this.tasks["dma-ends"] = [{ unpin: dma }];
    return [
      { start: called },
      { start: "dma-ends" },
      { wait: called },
      { wait: "dma-ends" },
      { quiet: `${name} and DMA are done` },
    ];
  }

  private cutting(fn: string, cut: string): Step[] {
    const [file = "", first = "0", count = "0"] = this.cuts.get(cut) ?? [];
    const step: Step | undefined = {
      sc_task_truncate: { truncate: this.file(file), to: this.expression(first) },
      sc_task_open_trunc: { "open-truncate": this.file(file) },
      sc_task_punch: { punch: this.file(file), from: this.expression(first), pages: this.expression(count) },
    }[fn];
    if (step === undefined) throw new Unsaid(`the language has no step for ${fn}()`);
    return [step];
  }

  private done(text: string): Step[] {
    const fork = /^(\w+) = fsc_mm_fork\(mm\)$/.exec(text);
    if (fork !== null) {
      this.processes.add(fork[1]!);
      return [{ fork: fork[1]! }];
    }
    const destroy = /^fsc_mm_destroy\((\w+)\)$/.exec(text);
    if (destroy !== null) return [{ exit: this.process(destroy[1]!) }];
    const dma = /^sc_dma_end\((.*)\)$/.exec(text);
    if (dma !== null) return [{ unpin: thing(dma[1]!) }];
    const forgotten = /^fscfs_forget\((\w+)\.inode\)$/.exec(text);
    if (forgotten !== null && forgotten[1] === this.closed) return [{ forget: this.file(forgotten[1]) }];
    const protect = PROTECT.exec(text);
    if (protect !== null)
      return [{ mprotect: thing(protect[1]!), to: protect[2] === undefined ? "read" : "read-write" }];
    const again = /^SC_EXPECT\((.*)\)$/.exec(text);
    if (again !== null) {
      const [condition = "", says = ""] = parts(again[1]!);
      return this.expected(condition, unquoted(says));
    }
    throw new Unsaid(`the language has no step for "${text}"`);
  }

  private expected(text: string, says: string): Step[] {
    const faults = /^sc_try_(read|write)\((.*)\) & VM_FAULT_(\w+)$/.exec(text);
    if (faults !== null) {
      const [m = "", page = "", value = ""] = parts(faults[2]!);
      const at = { page: this.expression(page) };
      const step: Step =
        faults[1] === "read"
          ? { load: thing(m), ...at }
          : { store: thing(m), ...at, value: this.expression(value) };
      return [{ ...step, gives: faults[3]!, says }];
    }
    const shared = /^fscfs_unshare\((\w+)\.file, (.*)\) == 0$/.exec(text);
    if (shared !== null) {
      const [from = "", pages = ""] = parts(shared[2]!);
      return [
        { unshare: this.file(shared[1]!), from: this.expression(from), pages: this.expression(pages), says },
      ];
    }
    const pin = /^sc_dma_start\((.*)\) == 1$/.exec(text);
    if (pin !== null) {
      const [dma = "", m = "", page = "", how = ""] = parts(pin[1]!);
      return this.taken(how).map(({ by, when }) => ({
        pin: thing(dma),
        map: thing(m),
        page: this.expression(page),
        ...(by === "pin" ? {} : { by }),
        says,
        ...(when === "" ? {} : { when }),
      }));
    }
    const blocks = text.replace(/fscfs_bmap\((\w+)\.file, ([\w\s+]+)\)/g, (_, f: string, page: string) => {
      const look = `block(${this.file(f)}, ${page})`;
      return look.replace("(", "\u0001").replace(")", "\u0002");
    });
    if (blocks !== text)
      return [
        {
          expect: says,
          that: this.expression(blocks)
            .replace(/\u0001/g, "(")
            .replace(/\u0002/g, ")"),
        },
      ];
    throw new Unsaid(`the language has no look for "${text}"`);
  }

  /** The ways in which a page is taken, and when: a parameter makes a step of each of its values. */
  private taken(how: string): { by: string; when: string }[] {
    const by = PIN_WAYS[PUTS.indexOf(how)];
    if (by !== undefined) return [{ by, when: "" }];
    const param = /^__fsc_param\("(\w+)", \w+\)$/.exec(how)?.[1] ?? "";
    const values = this.params.get(param) ?? [];
    if (values.length === 0 || values.some((v) => PIN_WAYS[v] === undefined))
      throw new Unsaid(`"${how}" is no way to take a page`);
    return values.map((v) => ({ by: PIN_WAYS[v]!, when: `${param} == ${v}` }));
  }

  // ---- names and numbers ---------------------------------------------------------------------------------------------

  private file(text: string): string {
    const name = this.files.get(text.replace("&", "").trim());
    if (name === undefined) throw new Unsaid(`"${text}" is no file of its own`);
    return name;
  }

  private process(name: string): string {
    if (!this.processes.has(name)) throw new Unsaid(`"${name}" is no process of its own`);
    return name;
  }

  private expression(text: string): string {
    const out = text
      .replace(/__fsc_param\("(\w+)", \w+\)/g, "$1")
      .replace(/sc_order\(\)/g, "order")
      .replace(/sc_index\(\)/g, "index")
      .replace(/sc_pages\(\)/g, "(1 << order)")
      .replace(/\b(\d+)U?L\b/g, "$1")
      .replace(/\s+/g, " ")
      .trim();
    if (!/^[\w\s()+\-*/%!<>=&|?:,\u0001\u0002]+$/.test(out) || /\w\s*\(|->|(?<!&)&(?!&)/.test(out))
      throw new Unsaid(`the language cannot reckon "${out}"`);
    const bare = /^\((1 << order)\)$/.exec(out);
    return bare === null ? out : bare[1]!;
  }
}

const thing = (text: string): string => {
  const name = text.replace("&", "").trim();
  if (!/^\w+$/.test(name)) throw new Unsaid(`"${text}" is no thing with a name`);
  return name;
};

const both = (a: string, b: string): string => (a === "" ? b : `(${a}) && (${b})`);
