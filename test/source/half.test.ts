/** A function is changed by all hunks of it or by none. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDocument } from "../../server/parse.ts";
import { imagesOf } from "../../server/source/images.ts";
import { memoryTree } from "../support/memory_tree.ts";
import { patchMail } from "../support/own_tree.ts";

const PATH = "mm/orders.c";
const body = (name: string, first: string, last: string): string =>
  [
    `int ${name}(struct order *o)`,
    "{",
    `\t${first};`,
    ...[...Array(12).keys()].map((i) => `\to->step[${i}] = ${name.length + i};`),
    `\t${last};`,
    "\treturn o->count;",
    "}",
    "",
  ].join("\n");
const text = (one: string, two: string, three: string): string =>
  [
    body("order_take", one, two),
    body("order_idle", "order_rest(o)", "order_done(o)"),
    body("order_leave", three, "order_done(o)"),
  ].join("\n");

const BEFORE = text("order_begin(o)", "order_end(o)", "order_wait(o)");
const AFTER = text("order_lock(o)", "order_unlock(o)", "order_wait_all(o)");

function images(tree: string) {
  const mail = patchMail(1, 1, { path: PATH, from: BEFORE, to: AFTER }).replace(
    "@@ -13,7 +13,7 @@",
    "$& int order_take(struct order *o)",
  );
  const { patches } = parseDocument(Buffer.from(mail), "half.mbox");
  return imagesOf(memoryTree({ [PATH]: tree }), [], patches[0]!).files[0]!;
}

test("a lock whose unlock has no place in the tree is not taken", () => {
  // The tree has the end of the first function in another form.
  const now = BEFORE.replace(/\to->step\[9\][\s\S]*?order_end\(o\);\n/, "\torder_rest(o);\n");
  const file = images(now);
  assert.deepEqual(
    file.hunks.map((h) => (h.fate.kind === "rejected" ? h.fate.why.kind : h.fate.kind)),
    ["half", "no-line", "offset"],
  );
  assert.ok(!file.after!.includes("order_lock"));
  assert.ok(file.after!.includes("order_wait_all"), "the other function is changed");
});

test("hunks that all have a place are all applied", () => {
  assert.equal(images(BEFORE).after, AFTER);
});

test("a hunk that was looked for in two functions leaves both as they are, each by its name", () => {
  const to = BEFORE.replace("order_end(o)", "order_unlock(o)").replace("order_rest(o)", "order_nap(o)");
  const mail =
    patchMail(1, 2, { path: PATH, from: BEFORE, to }) +
    patchMail(2, 2, { path: PATH, from: to, to: `${to}\nint order_more;\n` });
  const { patches } = parseDocument(Buffer.from(mail), "half.mbox");
  const tree = BEFORE.replace("order_end(o)", "order_stop(o)").replace("order_rest(o)", "order_sleep(o)");
  const { torn } = imagesOf(memoryTree({ [PATH]: tree }), [patches[0]!], patches[1]!);
  assert.deepEqual([...torn.get(PATH)!].sort(), ["order_idle", "order_take"]);
});
