/** Why a path comes to a jump, by the text above it: true of every path that comes there, or nothing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { jumpReason } from "../../server/review/jump_reason.ts";

/** What is said of the line that has `goto`. */
const of = (text: string): string | null => {
  const lines = text.split("\n");
  const reason = jumpReason(lines, lines.findIndex((l) => l.includes("goto")) + 1);
  return reason === null ? null : `${reason.said}, line ${reason.line}`;
};

test("the call whose result the condition asks about", () => {
  assert.equal(of("\tret = start(t);\n\tif (ret)\n\t\tgoto out;"), "start() is not 0, line 1");
  assert.equal(
    of("\tret = start(t,\n\t\t    1);\n\tif (ret < 0) {\n\t\twarn(1);\n\t\tgoto out;"),
    "start() < 0, line 1",
  );
});

test("nothing where something lies between, or another path may come in", () => {
  assert.equal(of("\tret = start(t);\n\tret += 1;\n\tif (ret)\n\t\tgoto out;"), null);
  assert.equal(of("\tret = start(t);\n\tstop(t);\n\tif (ret)\n\t\tgoto out;"), null);
  assert.equal(of("\tn = start(t);\n\tif (ret)\n\t\tgoto out;"), null);
  assert.equal(of("\tret = start(t);\nagain:\n\tif (ret)\n\t\tgoto out;"), null);
  assert.equal(of("\tret = start(t);\n\tif (ret)\nundo:\n\t\tgoto out;"), null);
  assert.equal(of("\tif (on)\n\t\tret = start(t);\n\tif (ret)\n\t\tgoto out;"), null);
});

test("a value of which no case of a switch is", () => {
  const head = "\tswitch (c.type) {\n\tcase A:\n\t\ta(1);\n";
  assert.equal(of(`${head}\t\tbreak;\n\n\tdefault:\n\t\tgoto out;`), "c.type is none of the cases, line 1");
  assert.equal(of(`${head}\tdefault:\n\t\tgoto out;`), null, "A falls through");
});
