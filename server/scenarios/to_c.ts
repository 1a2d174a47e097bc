/**
 * The C of a scenario file, as one more file of the reference kernel's scenarios: each step stands on the line that it has in
 * the YAML, so that stacks, steps and stops name that line. Leaves out checking (read.ts).
 */

import { type Era, inSpan } from "../../emulator/kernel/era.ts";
import type { OverlayUnit } from "../../emulator/kernel.ts";
import { paramsText } from "../../emulator/scenario/runner.ts";
import { endingToC, STEPS } from "./language.ts";
import type { ScenarioFile, ScenarioStep } from "./types.ts";

/** Whether a file says something about an era. */
export function holdsIn({ since, until }: ScenarioFile, era: Era): boolean {
  return inSpan(era, {
    ...(since === "" ? {} : { since: since as Era }),
    ...(until === "" ? {} : { until: until as Era }),
  });
}

/** The files' C, and the table by which the runner finds them. */
export function scenarioUnits(files: readonly ScenarioFile[], era: Era): OverlayUnit[] {
  const held = files.filter((f) => holdsIn(f, era));
  if (held.length === 0) return [];
  const units = held.map((f, n) => ({ path: f.path, text: scenarioToC(f, n) }));
  const externs = held.map((_, n) => `extern const struct fsc_scenario fsc_scenario_us${n};\n`).join("");
  const table = held.map((_, n) => `&fsc_scenario_us${n}, `).join("");
  return [
    ...units,
    {
      path: "scenarios/written.c",
      text: `${externs}const struct fsc_scenario *const fsc_more_scenarios[] = { ${table}(void *)0 };\n`,
    },
  ];
}

const quoted = (text: string): string =>
  text
    .replace(/[\\"]/g, "\\$&")
    .replace(/[^\x20-\x7e]+/g, " ")
    .replace(/\?\?/g, "? ?");

/** The C of one file; `n` tells files apart. */
export function scenarioToC(file: ScenarioFile, n: number): string {
  const lines: string[] = [];
  const put = (line: number, text: string): void => {
    while (lines.length < line) lines.push("");
    lines[line - 1] += `${lines[line - 1] === "" ? "" : " "}${text}`;
  };
  const params = paramsText(file.params);
  const own = file.params.filter(([k]) => k !== "fs" && !k.startsWith("fail_"));
  const values = [...own.map(([k]) => k), ...file.lets.map(([k]) => k)];
  put(1, "static struct mm_struct *us_mm; static unsigned char us_byte;");
  for (const t of file.things) put(1, t);
  for (const v of values) put(1, `static long us_v_${v};`);
  for (const t of file.tasks.slice(1))
    put(1, `static int ${taskName(t.name)}_id; static void ${taskName(t.name)}(void *unused);`);
  for (const [i, task] of file.tasks.entries()) {
    let last = task.line;
    if (i === 0) {
      put(task.line, `FSC_SCENARIO(us${n}, "${quoted(file.name)}", "${quoted(file.title)}", "${params}") {`);
      for (const [k, v] of own) put(task.line, `us_v_${k} = __fsc_param("${k}", ${v[0]});`);
      for (const [k, c] of file.lets) put(task.line, `us_v_${k} = ${c};`);
      if (file.pmemPages > 0) put(task.line, smaller(file.pmemPages));
      put(task.line, file.mounted ? "us_mm = sc_begin();" : "us_mm = fsc_mm_create(); fsc_use_mm(us_mm);");
    } else
      put(
        task.line,
        `static void ${taskName(task.name)}(void *unused) { (void)unused; if (us_mm) fsc_use_mm(us_mm);`,
      );
    for (const step of task.steps) {
      put(step.line, stepToC(step));
      last = step.line;
    }
    if (i === 0) put(last, file.mounted ? "if (us_mm) sc_end(us_mm); }" : "fsc_mm_destroy(us_mm); }");
    else put(last, "}");
  }
  return `${lines.join("\n")}\n`;
}

const taskName = (name: string): string => `us_t_${name.replace(/-/g, "_")}`;

/** Binds the device anew with fewer pages. */
const smaller = (pages: number): string =>
  `SC_DO(fsc_unbind_pmem(), "unbind pmem"); to_nd_namespace_io(fsc_pmem_dev)->res.end = to_nd_namespace_io(fsc_pmem_dev)->res.start + ${pages}UL * PAGE_SIZE - 1; SC_DO(BUG_ON(fsc_bind_pmem()), "bind pmem");`;

function stepToC(step: ScenarioStep): string {
  const kind = STEPS[step.kind]!;
  const parts = { it: step.it, called: step.called, field: step.field };
  let c = kind.c(parts);
  if (kind.result !== "none") {
    const type = kind.result === "fault" ? "vm_fault_t" : kind.result === "count" ? "long" : "int";
    const text = kind.text?.(parts);
    // A call that names its own step is not named again.
    const done = text === undefined ? `us_r = ${c};` : `SC_DO(us_r = ${c}, ${text});`;
    const promise = step.says === "" ? (kind.promise ?? "") : step.says;
    const check =
      step.gives === "anything"
        ? "(void)us_r;"
        : `SC_EXPECT(${endingToC(kind.result, step.gives, "us_r")}, "${promise}");`;
    c = `{ ${type} us_r; ${done} ${check} }`;
  }
  const named = step.name === "" ? c : `__fsc_step("%s", "${step.name}"); ${c}`;
  return step.when === "" ? named : `if (${step.when}) { ${named} }`;
}
