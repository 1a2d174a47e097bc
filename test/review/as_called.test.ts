/** A static function is not told to oops with arguments that none of its callers gives. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Choice } from "../../emulator/function/finding.ts";
import { isFlagUnset, isNeverSoCalled } from "../../server/review/as_called.ts";

const choice = (name: string, answer: string): Choice => ({
  name,
  answer,
  options: ["yes", "no"],
  loc: { file: 0, line: 1, col: 1 },
  fn: "decode",
  callee: null,
});

/** Whether the path on which `msg` is NULL and `orphan` is as given is nobody's, in a file with these callers. */
function never(callers: string, orphan: string, storage = "static "): boolean {
  const decode = `${storage}int decode(struct d *d, struct m *msg, bool orphan) { if (msg) msg->n = 0; if (orphan) return 0; return use(msg->n); }`;
  const bodies = new Map([["decode", decode]]);
  callers.split("\n").forEach((c, i) => {
    bodies.set(`caller_${i}`, `void caller_${i}(struct d *d) { ${c} }`);
  });
  const choices = [choice("msg == 0", "yes"), choice("orphan == 0", orphan)];
  return isNeverSoCalled("decode", choices, bodies, [...bodies.values()].join("\n"));
}

test("a way that the caller who gives NULL does not take is nobody's", () => {
  const callers = "decode(d, d->msg, false);\ndecode(d, NULL, true);";
  assert.equal(never(callers, "yes"), true);
  assert.equal(never(callers, "no"), false);
});

test("where the callers cannot all be seen, or one of them comes so, the way is one", () => {
  assert.equal(never("decode(d, NULL, false);\ndecode(d, NULL, true);", "yes"), false);
  assert.equal(never("decode(d, NULL, d->gone);", "yes"), false);
  assert.equal(never("decode(d, d->msg, true);", "yes"), false, "NULL may be what a variable holds");
  assert.equal(never("decode(d, NULL, true);\nd->how = decode;", "yes"), false, "its address is taken");
  assert.equal(never("decode(d, NULL, true);", "yes", ""), false, "other files may call it");
});

test("nor is one on which a parameter is the named constant that callers give beside what the path does not have", () => {
  const nobodys = (callers: string, answer = "no", more = ""): boolean => {
    const fill = `int fill(struct m *m, int how, struct p **out) { if (how == FILL_DIRECT${more}) m->n = 0; if (out) *out = m->p->q; return 0; }`;
    const bodies = new Map([
      ["fill", fill],
      ["caller", `void caller(struct m *m) { ${callers} }`],
    ]);
    const choices = [choice("how != 1", answer), choice("out != 0", "yes")].map((c) => ({
      ...c,
      fn: "fill",
    }));
    return isNeverSoCalled("fill", choices, bodies, [...bodies.values()].join("\n"));
  };
  assert.equal(nobodys("fill(m, FILL_BUFFER, &p); fill(m, FILL_DIRECT, NULL);"), true);
  assert.equal(nobodys("fill(m, FILL_BUFFER, &p); fill(m, FILL_DIRECT, NULL);", "yes"), false);
  assert.equal(nobodys("fill(m, FILL_DIRECT, &p); fill(m, FILL_DIRECT, NULL);"), false);
  assert.equal(nobodys("fill(m, FILL_BUFFER, NULL);"), false, "others may give that constant");
  assert.equal(
    nobodys("fill(m, FILL_DIRECT, NULL);", "no", " || how == FILL_MAP"),
    false,
    "which of two it is",
  );
});

test("an end that goes by a flag which this life did not set, and its file sets, is not this life's", () => {
  const end = (body: string) =>
    isFlagUnset("stop", [{ ...choice("t->shared == 0", "no"), fn: "stop" }], new Map([["start", body]]));
  assert.equal(end("int start(struct t *t) { if (ask(t)) return 0; t->shared = 1; return 0; }"), true);
  assert.equal(end("int start(struct t *t) { return t->shared == 1; }"), false);
});
