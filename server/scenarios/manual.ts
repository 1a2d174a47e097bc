/** The language of scenario files as text: `folioscope scenarios --steps`. Leaves out the schema (schema.ts). */
import { wrap } from "../report/text.ts";
import { COMMON_FIELDS, endings, type Field, LOOKS, RESULT_FIELDS, STEPS } from "./language.ts";

const field = (name: string, f: Field): string =>
  `${name}: ${typeof f.kind === "string" ? f.says : f.kind.join(" | ")}${f.otherwise === undefined ? "" : " (may be left out)"}`;

const block = (head: string, says: string, fields: readonly string[]): string =>
  [
    `${head}\n`,
    ...wrap(says, 74).map((l) => `    ${l}\n`),
    ...fields.flatMap((f) => wrap(f, 70).map((l, i) => `${i === 0 ? "      " : "        "}${l}\n`)),
  ].join("");

/** Every step with its fields, what conditions can look at, and how steps end. */
export function languageText(): string {
  const steps = Object.entries(STEPS).map(([name, kind]) => {
    const fields = Object.entries(kind.fields).map(([k, f]) => field(k, f));
    const ends = kind.result === "none" ? [] : [`gives: ${endings(kind.result).join(" | ")}`];
    const it =
      kind.of === "text"
        ? "TEXT"
        : kind.of === "fs"
          ? "fs"
          : kind.of === "device"
            ? "pmem"
            : kind.of.toUpperCase();
    return block(`- ${name}: ${it}`, kind.says, [...fields, ...ends]);
  });
  const every = Object.entries({ ...COMMON_FIELDS, ...RESULT_FIELDS }).map(([k, f]) => `${k}: ${f.says}`);
  const looks = Object.entries(LOOKS).map(([name, l]) =>
    block(`${name}(${[l.of, ...(l.page ? ["page"] : [])].filter((a) => a !== "").join(", ")})`, l.says, []),
  );
  return [
    ...steps,
    "\nEvery step may have\n",
    ...every.map((e) => `    ${e}\n`),
    "\nConditions are numbers, names, + - * / % << >> == != < <= > >= && || ! ? : and\n",
    ...looks,
  ].join("");
}
