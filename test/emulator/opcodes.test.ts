/** The numbers that stand in the dispatch loop are those of bytecode.ts, and each opcode has a case. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Op } from "../../emulator/vm/bytecode.ts";

const text = ["step.ts", "step_rare.ts"]
  .map((f) => readFileSync(join(process.env["FOLIOSCOPE_ROOT"]!, "emulator/vm", f), "utf8"))
  .join("\n");
const named = [...text.matchAll(/\b(\d+) \/\* ([A-Z0-9]+) \*\//g)].map((m) => [m[2]!, Number(m[1])] as const);

test("numbers and names of opcodes agree in the loop or beside it", () => {
  const ops: Record<string, number> = Op;
  assert.ok(named.length > 100);
  assert.deepEqual(
    named.filter(([name, number]) => ops[name] !== number),
    [],
  );
});

test("every opcode has a case in the loop or beside it", () => {
  const cases = new Set([...text.matchAll(/case (\d+) \/\*/g)].map((m) => Number(m[1])));
  assert.deepEqual(
    Object.entries(Op).filter(([, number]) => !cases.has(number)),
    [],
  );
});
