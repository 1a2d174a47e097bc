/**
 * Inputs made from the grammar of a reader: its regular expressions are what it tells lines and words by, so what they match,
 * once, many times over, and with each part that may be long made long, is what can cost it most. A pattern that somebody
 * adds is tried without anybody writing a shape for it. Leaves out looking ahead and behind: a shape that a pattern misses
 * by that is an input like any other, often the dearer one.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type AST, RegExpParser, visitRegExpAST } from "@eslint-community/regexpp";
import { type Pattern, patternsOf } from "./regexps.ts";

/** A text that a pattern is made for; `pumped` is what repeats in it, so the text grows by it. */
export interface PatternShape {
  readonly head: string;
  readonly pumped: string;
  readonly tail: string;
}

/** Ordinary first; of a class the first that is in it stands for it, and the last as well where it is what repeats. */
const CANDIDATES = [..."ax1A0_.-+>:@<(=#*/\\'\"[]{},;%~|^! \t\r\n\u00a0\u00e9\u3000\0\u{10000}"];

/** The shapes of a pattern: every way through it, then every part without a bound, by its first and its last character. */
export function shapesOf({ source, flags }: Pattern): PatternShape[] {
  if (source === null || source.length > 4000) return [];
  const tree = new RegExpParser({ ecmaVersion: 2024 }).parsePattern(source, 0, source.length, {
    unicode: flags.includes("u"),
    unicodeSets: flags.includes("v"),
  });
  const ways: AST.Alternative[] = [];
  const endless: AST.Quantifier[] = [];
  visitRegExpAST(tree, {
    onAlternativeEnter: (a) => void ways.push(a),
    onQuantifierEnter: (q) => void (q.max === Number.POSITIVE_INFINITY && endless.push(q)),
  });
  const once = ways.map((way) => new Writer(flags, way, null, false).shape(tree));
  const long = endless.flatMap((q) =>
    [false, true].map((last) => new Writer(flags, null, q, last).shape(tree)),
  );
  const seen = new Set<string>();
  return [...once, ...long].filter((s) => {
    const key = JSON.stringify(s);
    return !seen.has(key) && seen.add(key);
  });
}

/** Writes one text of a pattern, through the place that is asked for. */
class Writer {
  private parts = ["", "", ""];
  private at = 0;
  private readonly through = new Set<AST.Node>();

  private readonly flags: string;
  private readonly pump: AST.Quantifier | null;
  private readonly last: boolean;

  constructor(flags: string, way: AST.Alternative | null, pump: AST.Quantifier | null, last: boolean) {
    this.flags = flags;
    this.pump = pump;
    this.last = last;
    for (let n: AST.Node | null = way ?? pump; n !== null; n = n.parent) this.through.add(n);
  }

  shape(pattern: AST.Pattern): PatternShape {
    this.any(pattern.alternatives);
    const [head, pumped, tail] = this.parts as [string, string, string];
    return { head, pumped, tail };
  }

  private any(ways: readonly AST.Alternative[]): void {
    const way = ways.find((w) => this.through.has(w)) ?? ways.find((w) => w.elements.length > 0);
    for (const e of way?.elements ?? []) this.element(e);
  }

  private element(e: AST.Element): void {
    switch (e.type) {
      case "Quantifier": {
        if (e === this.pump) {
          this.element(e.element);
          this.at = 1;
          this.element(e.element);
          this.at = 2;
          return;
        }
        const times = Math.min(e.max, Math.max(e.min, 1), 64);
        for (let k = 0; k < times; k++) this.element(e.element);
        return;
      }
      case "Group":
      case "CapturingGroup":
        this.any(e.alternatives);
        return;
      case "Character":
        this.parts[this.at] += String.fromCodePoint(e.value);
        return;
      case "CharacterClass":
      case "CharacterSet":
      case "ExpressionCharacterClass":
        this.parts[this.at] += this.member(e.raw);
        return;
      case "Backreference":
      case "Assertion":
        return;
    }
  }

  private member(raw: string): string {
    const set = new RegExp(`^${raw}$`, this.flags.replace(/[gym]/g, ""));
    const found = CANDIDATES.filter((c) => set.test(c));
    return (this.last && this.at === 1 ? found.at(-1) : found[0]) ?? "";
  }
}

/** Modules whose patterns read a mail. */
const READERS = /^(?:server\/(?:mail|diff)\/.*|server\/(?:parse|sniff))\.ts$/;

/** The shapes of each pattern by which mails are read, by where the pattern stands; of equal ones the first. */
export function readerShapes(root: string): Map<string, PatternShape[]> {
  const seen = new Set<string>();
  const out = new Map<string, PatternShape[]>();
  const files = readdirSync(join(root, "server"), { recursive: true, encoding: "utf8" });
  for (const file of files.map((f) => `server/${f.replaceAll("\\", "/")}`).sort())
    if (READERS.test(file))
      for (const pattern of patternsOf(readFileSync(join(root, file), "utf8"))) {
        const shapes = shapesOf(pattern).filter((s) => {
          const key = JSON.stringify(s);
          return !seen.has(key) && seen.add(key);
        });
        if (shapes.length > 0) out.set(`${file} ${pattern.text}`, shapes);
      }
  return out;
}

/** Ways in which a shape takes n characters: a line many times, one long line, and one that never gets to its end. */
export const GROWTHS = ["lines", "long", "cut"] as const;
export function grown(s: PatternShape, growth: (typeof GROWTHS)[number], n: number): string[] {
  const line = s.head + s.pumped + s.tail;
  if (growth === "lines" || s.pumped === "") return Array(Math.ceil(n / (line.length + 1))).fill(line);
  const long = s.head + s.pumped.repeat(Math.ceil(n / s.pumped.length));
  return [growth === "long" ? long + s.tail : long];
}

const GIT = "diff --git a/x.c b/x.c\n--- a/x.c\n+++ b/x.c\n";
const led = (lines: readonly string[], mark: string) => lines.map((l) => `${mark}${l}\n`).join("");
/** Where lines may stand: in header, message, subject and hunk of a patch; in what a reply says and quotes; as they are. */
export const PLACES: Readonly<Record<string, (lines: readonly string[]) => string>> = {
  patch: (l) =>
    `From: a@b.c\n${led(
      l.filter((x) => !x.includes("\n")),
      "",
    )}Subject: [PATCH] ${l[0]}\n\n${l.join("\n")}\n---\n${GIT}@@ -1,${l.length} +1,${l.length} @@ ${l[0]}\n${led(l, "+")}`,
  reply: (l) =>
    `From: a@b.c\nSubject: Re: [PATCH] x\n\n${l.join("\n")}\n\n${led(l, "> ")}${led(GIT.trim().split("\n"), "> ")}> @@ -1,999 +1,999 @@ ${l[0]}\n${led(l, "> +")}`,
  bare: (l) => l.join("\n"),
};
