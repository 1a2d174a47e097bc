/**
 * What the text of a patch lacks is told only where the text is all there: a name may be declared by a hunk that has no place
 * in the tree, or by a release that the tree is not of.
 */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { parseDocument } from "../../server/parse.ts";
import { reviewDocument } from "../../server/review/analysis.ts";
import { exchanged, type FileChange, patchMail } from "../support/own_tree.ts";

const HEADER = "#ifndef ORDERS_H\n#define ORDERS_H\n#define ORDER_SMALL 0\n\n#define ORDER_LAST 9\n#endif\n";
const CODE =
  '#include "orders.h"\n\nstatic int order_known(int order)\n{\n\tint last = ORDER_LAST;\n\n\tif (order == ORDER_SMALL)\n\t\treturn 1;\n\treturn order == last;\n}\n\n' +
  "int order_of(int order)\n{\n\treturn order_known(order) ? order : -22;\n}\n";

const IDS =
  "#ifndef ORDER_IDS_H\n#define ORDER_IDS_H\n#define ORDER_FIRST 0\n\n#define ORDER_END 18\n#endif\n";

/** A tree of one driver. @param version as "6.6" */
function treeOf(version: string, header = HEADER): string {
  const root = mkdtempSync(join(tmpdir(), "folioscope-torn-"));
  after(() => rmSync(root, { recursive: true, force: true }));
  const [major, minor] = version.split(".");
  mkdirSync(join(root, "drivers", "orders"), { recursive: true });
  mkdirSync(join(root, "include", "linux"), { recursive: true });
  mkdirSync(join(root, "mm"), { recursive: true });
  writeFileSync(join(root, "Makefile"), `VERSION = ${major}\nPATCHLEVEL = ${minor}\n`);
  writeFileSync(join(root, "drivers", "orders", "orders.h"), header);
  writeFileSync(join(root, "include", "linux", "order_ids.h"), IDS);
  writeFileSync(join(root, "drivers", "orders", "orders.c"), CODE);
  return root;
}

const header = (to: string): FileChange => ({ path: "drivers/orders/orders.h", from: HEADER, to });
const code = (from: string, to: string): FileChange => ({
  path: "drivers/orders/orders.c",
  from: CODE,
  to: exchanged(CODE, from, to),
});

/** The mail is of January 2024, when 6.6 was the last release. */
function told(tree: string, ...changes: readonly FileChange[]): string[] {
  const doc = parseDocument(Buffer.from(patchMail(1, 1, ...changes)), "torn.mbox");
  return reviewDocument(doc, { tree }).findings.map((f) => `${f.verdict} ${f.code}: ${f.message}`);
}

const USE = code("order == ORDER_SMALL", "order == ORDER_SMALL || order == ORDER_MIDDLE");
const WITHOUT = "new does-not-build: nothing declares ORDER_MIDDLE here, in order_known()";

test("a name that nothing declares is told on a tree of the patch's time", () => {
  assert.deepEqual(told(treeOf("6.6"), USE), [WITHOUT]);
  assert.deepEqual(told(treeOf("6.7"), USE), [WITHOUT]);
});

test("a name that a refused hunk declares is not told", () => {
  const change = header(
    exchanged(HEADER, "#define ORDER_SMALL 0\n", "#define ORDER_SMALL 0\n#define ORDER_MIDDLE 4\n"),
  );
  assert.deepEqual(told(treeOf("6.6"), change, USE), []);
  const other =
    "#ifndef ORDERS_H\n#define ORDERS_H\nenum { ORDER_SMALL };\nenum { ORDER_LAST = 9 };\n#endif\n";
  assert.deepEqual(told(treeOf("6.6", other), change, USE), []);
});

test("a name that the patch adds to a header of include/linux is declared", () => {
  const added = "#define ORDER_FIRST 0\n#ifdef CONFIG_MMU\n#define ORDER_MIDDLE 4\n#endif\n";
  const ids = {
    path: "include/linux/order_ids.h",
    from: IDS,
    to: exchanged(IDS, "#define ORDER_FIRST 0\n", added),
  };
  assert.deepEqual(told(treeOf("6.6"), ids, USE), []);
});

test("a tree of another time may lack what the patch's own had", () => {
  assert.deepEqual(told(treeOf("6.1"), USE), []);
  assert.deepEqual(told(treeOf("6.12"), USE), []);
});

test("a name that an included header hands to a macro may be declared by it", () => {
  const list = IDS.replace("#define ORDER_END 18\n", "ORDER_KIND(ORDER_KIND_LAST, order_middle_ops)\n");
  const header = HEADER.replace("#define ORDER_SMALL", "#include <linux/order_ids.h>\n#define ORDER_SMALL");
  const use = code("return order == last;", "return order == last || &order_middle_ops != 0;");
  const tree = (ids: string): string => {
    const root = treeOf("6.6", header);
    writeFileSync(join(root, "include", "linux", "order_ids.h"), ids);
    return root;
  };
  assert.deepEqual(told(tree(IDS), use), [
    "new does-not-build: nothing declares order_middle_ops here, in order_known()",
  ]);
  assert.deepEqual(told(tree(list), use), []);
});

test("a local that the patch takes away while it is used is told on any tree", () => {
  for (const version of ["6.6", "6.12"])
    assert.deepEqual(told(treeOf(version), code("\tint last = ORDER_LAST;\n", "")), [
      "new does-not-build: nothing declares last here, in order_known()",
    ]);
});

test("a function that does not build is clean on no tree, whatever paths of it ran", () => {
  for (const version of ["6.6", "6.1"]) {
    const doc = parseDocument(Buffer.from(patchMail(1, 1, USE)), "torn.mbox");
    const { runs } = reviewDocument(doc, { tree: treeOf(version) });
    assert.ok(runs.length > 0);
    for (const r of runs) {
      assert.equal(r.verdict, "not-modelled");
      assert.equal(
        r.reason,
        "order_known() does not build here after the patch: nothing declares ORDER_MIDDLE",
      );
    }
  }
});

test("a function with a statement that cannot be read on the after side alone is not clean, and what it shows is told", () => {
  const change = code("return order == last;", "return order == (&last)->end;");
  const doc = parseDocument(Buffer.from(patchMail(1, 1, change)), "torn.mbox");
  const { runs, findings } = reviewDocument(doc, { tree: treeOf("6.6") });
  assert.deepEqual(findings, []);
  assert.ok(runs.length > 0);
  for (const r of runs) {
    assert.equal(r.verdict, "not-modelled");
    assert.match(r.reason ?? "", /^order_known\(\) cannot be run whole after the patch: .*end/);
  }
});

test("a call with an argument too few is told on a tree of the patch's time, and is clean on none", () => {
  const change = code("return order_known(order) ?", "return order_known() ?");
  const why = "order_known() is given too few arguments";
  assert.deepEqual(told(treeOf("6.6"), change), [`new does-not-build: ${why} here, in order_of()`]);
  for (const version of ["6.6", "6.1"]) {
    const doc = parseDocument(Buffer.from(patchMail(1, 1, change)), "torn.mbox");
    const { runs } = reviewDocument(doc, { tree: treeOf(version) });
    assert.deepEqual(
      runs.map((r) => r.verdict),
      runs.map(() => "not-modelled"),
    );
  }
});
