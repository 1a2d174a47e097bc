/**
 * Which cases of a patch come to what a reader looks at: to the function, macro or type of the patch that stands at a line of the
 * document. Leaves out in which order cases run (analysis.ts) and where the reader is (emulation/pool.ts).
 */
import { outline } from "../../emulator/c/outline.ts";
import type { Patch } from "../mail/types.ts";
import type { SideImages } from "../source/images.ts";
import { comesTo } from "./entries.ts";
import type { FunctionCases } from "./function_case.ts";
import type { PlanItem } from "./plan.ts";
import { reachOf } from "./reach.ts";
import type { SideSources } from "./sides.ts";

export class LookedAt {
  private readonly patch: Patch;
  private readonly sources: SideSources;
  private readonly functions: FunctionCases | null;
  private readonly line: () => number;
  /** What was last asked for: lines of the same functions have the same answer. */
  private at = 0;
  private names = "";
  private meant: (item: PlanItem) => boolean = () => false;

  /** `functions`: the cases of the patch's functions by themselves. `line`: where the reader is, 0: nowhere. */
  constructor(patch: Patch, sources: SideSources, functions: FunctionCases | null, line: () => number) {
    this.patch = patch;
    this.sources = sources;
    this.functions = functions;
    this.line = line;
  }

  /** Whether the reader's line belongs to something of this patch. */
  isSomewhere(): boolean {
    const line = this.line();
    if (line !== this.at) {
      this.at = line;
      const names = namesAt(this.patch, this.sources.images, line);
      const key = names.join(" ");
      if (key !== this.names) {
        this.names = key;
        this.meant = this.asker(new Set(names));
      }
    }
    return this.names !== "";
  }

  /** Whether a case comes to what stands at the reader's line. */
  isMeant(item: PlanItem): boolean {
    return this.isSomewhere() && this.meant(item);
  }

  private asker(names: ReadonlySet<string>): (item: PlanItem) => boolean {
    const { functions, sources } = this;
    const { before, after, eras } = sources;
    const sides = [
      { table: reachOf(eras.before), side: before },
      { table: reachOf(eras.after), side: after },
    ].flatMap(({ table, side }) => (table === null ? [] : [{ table, side }]));
    let scenarios: ((label: string) => boolean) | null = null;
    const known = new Map<PlanItem, boolean>();
    const ask = (item: PlanItem): boolean => {
      if (item.kind === "function") return functions?.comesTo(item.entry, names) ?? false;
      scenarios ??= comesTo(sides, names);
      return scenarios(item.label);
    };
    return (item) => {
      const had = known.get(item) ?? ask(item);
      known.set(item, had);
      return had;
    };
  }
}

/** Names of what stands at a line of the mail on some side: by whole files where there is a tree, else by what the mail shows. */
function namesAt(patch: Patch, images: SideImages | null, line: number): string[] {
  if (line <= 0) return [];
  const names = [...inImages(images, line), ...inMail(patch, line)];
  return [...new Set(names)].filter((n) => n !== "");
}

/** Between the first and the last line of a definition in the mail all belongs to it, but what another has for its own. */
function inMail(patch: Patch, line: number): string[] {
  const at = patch.definitions.filter((d) => {
    const lines = d.lines.filter((l) => l > 0);
    return lines.length > 0 && lines[0]! <= line && line <= lines.at(-1)!;
  });
  const own = at.filter((d) => d.lines.includes(line));
  return (own.length > 0 ? own : at).map((d) => d.name);
}

/** A hunk may not say in which function it lies, or name the one before. */
function inImages(images: SideImages | null, line: number): string[] {
  const files = images?.files.filter((f) => f.touched) ?? [];
  return files.flatMap((f) =>
    (["before", "after"] as const).flatMap((side) => {
      const text = f[side];
      const at = text === null ? -1 : f[`${side}DocLines`].indexOf(line);
      if (text === null || at < 0) return [];
      const around = outline(text).filter((i) => i.startLine <= at + 1 && at + 1 <= i.endLine);
      return around.map((i) => i.name);
    }),
  );
}
