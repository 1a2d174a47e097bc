import assert from "node:assert/strict";
import { test } from "node:test";
import { buildContracts, type Contract } from "../../emulator/function/contract.ts";
import { sentences } from "../../server/cli_contracts.ts";
import { declarationsIn, misfits } from "../../server/review/contract_check.ts";
import { readContracts } from "../../server/review/contracts.ts";

const HEADER = `
struct thing *thing_get(struct device *dev, const char *name);
extern void thing_put(struct thing *t);
static inline int thing_on(struct thing *t)
{
	return thing_really_on(t, 0);
}
#define thing_alloc(n) thing_alloc_named(n, #n)
int thing_say(struct thing *t, const char *fmt, ...);
void thing_each(int (*fn)(struct thing *, void *), void *arg);
`;

function one(text: Record<string, unknown>): Contract {
  const { functions } = buildContracts([{ functions: { f: text }, kinds: { thing: {} } } as never], (p) => {
    throw new Error(p);
  });
  return functions.get("f")!;
}

test("declarations are read off a header's text", () => {
  const of = (name: string) =>
    declarationsIn(HEADER, "thing.h", name).map((d) => `${d.arity}${d.open ? "+" : ""} ${d.returns}`);
  assert.deepEqual(of("thing_get"), ["2 pointer"]);
  assert.deepEqual(of("thing_put"), ["1 void"]);
  assert.deepEqual(of("thing_on"), ["1 value"]);
  assert.deepEqual(of("thing_alloc"), ["1 null"]);
  assert.deepEqual(of("thing_say"), ["2+ value"]);
  assert.deepEqual(of("thing_each"), ["2 void"]);
  assert.deepEqual(of("thing_really_on"), []);
  assert.deepEqual(of("thing_gone"), []);
});

test("a contract that says more than its declaration does not fit", () => {
  const [get] = declarationsIn(HEADER, "thing.h", "thing_get");
  const [put] = declarationsIn(HEADER, "thing.h", "thing_put");
  const [on] = declarationsIn(HEADER, "thing.h", "thing_on");
  assert.deepEqual(misfits(one({ does: "get thing ret", fails: "null" }), get!), []);
  assert.equal(misfits(one({ does: "put thing arg1" }), put!).length, 1);
  assert.equal(misfits(one({ does: "get thing ret" }), put!).length, 1);
  assert.equal(misfits(one({ fails: "errno" }), get!).length, 1);
  assert.equal(misfits(one({ fails: "errptr" }), on!).length, 1);
  assert.equal(misfits(one({ fails: "errno", gives: 3 }), on!).length, 1);
});

test("a name has one contract, and it says where it comes from", () => {
  const twice: string[] = [];
  buildContracts([{ functions: { f: null } }, { functions: { f: null } }], (p) => twice.push(p));
  assert.equal(twice.length, 1);
  const { contracts, problems } = readContracts();
  assert.deepEqual(problems, []);
  const unsaid = [...contracts.functions.values()].filter((c) => c.source === "");
  assert.ok(
    unsaid.length < contracts.functions.size / 20,
    `${unsaid.length} have no source: ${unsaid.map((c) => c.name).join(" ")}`,
  );
});

test("every put has a get, so that what is taken can be given back", () => {
  const { contracts } = readContracts();
  const verbs = new Map<string, Set<string>>();
  for (const c of contracts.functions.values())
    for (const k of c.clauses)
      if (k.kind !== "") verbs.set(k.kind, (verbs.get(k.kind) ?? new Set()).add(k.verb));
  const open = [...contracts.kinds.keys()].filter((k) => {
    // What lies in another thing goes with that: it is given back with the last one of it.
    const holder = [...contracts.kinds.values()].find((x) => x.contents === k);
    const v = new Set([
      ...(verbs.get(k) ?? []),
      ...(holder === undefined ? [] : (verbs.get(holder.name) ?? [])),
    ]);
    const takes = v.has("get") || v.has("lock");
    const gives = v.has("put") || v.has("free") || v.has("unlock") || v.has("sweep");
    return !takes || !gives;
  });
  assert.deepEqual(open, []);
});

test("a contract is told in words", () => {
  const c = one({ does: ["get thing ret", "put thing arg0 if failed"], fails: "null" });
  assert.deepEqual(
    sentences(c, (k) => `counted ${k}`),
    [
      "takes a counted thing: the result",
      "gives back a counted thing: arg0, when it fails",
      "fails by returning NULL",
    ],
  );
});
