/** `folioscope exec`: output and status are the program's, a stop is told on standard error, bad usage gives 2. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { runExec } from "../../server/cli_exec.ts";
import { heard } from "../support/heard.ts";

const dir = mkdtempSync(join(tmpdir(), "folioscope-exec-"));
after(() => rmSync(dir, { recursive: true, force: true }));

async function exec(text: string, ...args: string[]) {
  const file = join(dir, "p.c");
  writeFileSync(file, text);
  return await heard(runExec, [file, ...args]);
}

test("output, arguments, macros and status pass through", async () => {
  writeFileSync(join(dir, "own.h"), "#define OWN 5\n");
  const r = await exec(
    '#include <stdio.h>\n#include "own.h"\nint main(int c, char **v) { printf("%s %d %d\\n", v[1], N, OWN); return c; }\n',
    "-D",
    "N=7",
    "-I",
    dir,
    "--",
    "x y",
    "-z",
  );
  assert.deepEqual(r, { status: 3, out: "x y 7 5\n", err: "" });
});

test("a stop names place, object and history; what was printed before is whole", async () => {
  const r = await exec(
    '#include <stdio.h>\n#include <stdlib.h>\nint main(void)\n{\n\tint *p = malloc(4);\n\tprintf("before");\n\tfree(p);\n\treturn *p;\n}\n',
  );
  assert.equal(r.status, 139);
  assert.equal(r.out, "before");
  assert.match(r.err, /error\[use-after-free\]: read of 4 bytes/);
  assert.match(r.err, /p\.c:8:\d+\n8 \| \treturn \*p;\n/);
  assert.match(r.err, /note: allocated here, in main\(\)\n *--> .*p\.c:5:/);
  assert.match(r.err, /note: freed here, in main\(\)\n *--> .*p\.c:7:/);
  assert.match(r.err, /stack:\n {2}main\(\) at .*p\.c:8:/);
});

test("errors of the compiler come with the line", async () => {
  const r = await exec("int main(void)\n{\n\treturn 1 +;\n}\n");
  assert.equal(r.status, 1);
  assert.match(r.err, /p\.c:3:\d+: error: /);
});

test("bounds are limits", async () => {
  const r = await exec("int main(void) { for (;;) ; }\n", "--steps", "5000");
  assert.equal(r.status, 124);
  assert.match(r.err, /error\[limit\]: step limit of 5000/);
});

test("--trace shows the lines as they run", async () => {
  const r = await exec(
    "static int f(void)\n{\n\treturn 3;\n}\nint main(void)\n{\n\treturn f();\n}\n",
    "--trace",
  );
  assert.equal(r.status, 3);
  assert.match(r.err, /p\.c:7: main\(\)\n {2}.*p\.c:3: f\(\)\n/);
});

test("bad usage", async () => {
  for (const args of [["--steps", "many"], ["--nothing"], ["other.c"]])
    assert.equal((await exec("int main(void) { return 0; }\n", ...args)).status, 2);
});
