/**
 * A patch of one function of the reference kernel, shown whole: what a mail would be that changes it like this. Leaves out
 * kernels other than ours.
 */
import { outline } from "../../emulator/c/outline.ts";
import { referenceFiles } from "../../emulator/reference/index.ts";

/** The text of a function of the reference kernel, the nth of that name. @throws Error when there is none */
export function referenceFunction(path: string, name: string, nth = 0): string {
  const text = referenceFiles.find((f) => f.path === path)?.text ?? "";
  const item = outline(text).filter((i) => i.kind === "function" && i.name === name && i.braceLine !== null)[
    nth
  ];
  if (item === undefined) throw new Error(`${path} has no ${name}()`);
  return text
    .split("\n")
    .slice(item.startLine - 1, item.endLine)
    .join("\n");
}

/** The function with `from` as `to`. @throws Error when it does not read so, once */
export function changed(path: string, name: string, from: string, to: string): { old: string; now: string } {
  const old = referenceFunction(path, name);
  if (old.split(from).length !== 2) throw new Error(`${name}() has not one "${from}"`);
  return { old, now: old.replace(from, () => to) };
}

/** The diff of a file whose one hunk turns `old` into `now`, both whole. */
export function hunksOf(path: string, old: string, now: string): string {
  const a = old.split("\n");
  const b = now.split("\n");
  let head = 0;
  while (head < Math.min(a.length, b.length) && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < Math.min(a.length, b.length) - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++;
  return [
    `diff --git a/${path} b/${path}`,
    `--- a/${path}`,
    `+++ b/${path}`,
    `@@ -1,${a.length} +1,${b.length} @@`,
    ...a.slice(0, head).map((l) => ` ${l}`),
    ...a.slice(head, a.length - tail).map((l) => `-${l}`),
    ...b.slice(head, b.length - tail).map((l) => `+${l}`),
    ...a.slice(a.length - tail).map((l) => ` ${l}`),
  ].join("\n");
}

/** A mail of these diffs. */
export const mailOfDiffs = (diffs: readonly string[]): string =>
  [
    "From: A Tester <tester@example.org>",
    "Subject: [PATCH] one change",
    "",
    "One change.",
    "---",
    ...diffs,
    "-- ",
    "2.40.0",
    "",
  ].join("\n");

/** A mail whose one hunk turns `old` into `now`, both whole. */
export const mailOf = (path: string, old: string, now: string): string =>
  mailOfDiffs([hunksOf(path, old, now)]);
