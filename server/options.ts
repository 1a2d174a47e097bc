/**
 * The one grammar of all subcommands: options by node:util, what is unknown told with the nearest name. Leaves out what
 * the options mean (cli_*.ts).
 */
import { type ParseArgsConfig, parseArgs } from "node:util";

type Options = NonNullable<ParseArgsConfig["options"]>;

/** Arguments by the options of a subcommand; a text is what is wrong with them, for the user. */
export function readArguments<T extends Options>(args: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    const message = (error as Error).message.replace(/\.(?: To specify |\n).*$/s, "");
    const given = /'(-[^' ]*)/.exec(message)?.[1] ?? "";
    if (/argument is ambiguous/.test(message))
      return `${given} needs a value, and what follows begins with a dash: ${given}=-... gives one that does`;
    const known = Object.hasOwn(options, given.slice(2));
    const near = given.startsWith("--") && !known ? nearest(given.slice(2), Object.keys(options)) : null;
    return `${message}${near === null ? "" : `; the nearest is --${near}`}`;
  }
}

/** The name that differs least from a word, when few letters differ; null: none is near. */
export function nearest(word: string, names: readonly string[]): string | null {
  const short = word.slice(0, WORD_MAX);
  let best: string | null = null;
  let least = Math.max(2, Math.floor(short.length / 3)) + 1;
  for (const name of names) {
    const d = distance(short, name);
    if (d < least) [best, least] = [name, d];
  }
  return best;
}

const WORD_MAX = 80;

/** Letters to insert, remove or replace (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}

/** "there is no scenario "x"; the nearest is y" */
export function unknownName(kind: string, word: string, names: readonly string[]): string {
  const near = nearest(word, names);
  return `there is no ${kind} "${word.slice(0, WORD_MAX)}"${near === null ? "" : `; the nearest is ${near}`}`;
}
