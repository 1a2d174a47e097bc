/** Which functions of a file belong together: members of initialisers, a module's init and exit, names of one stem. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { endlessIn, livesOf } from "../../server/review/lives.ts";

const lives = (text: string, names: string): string[] =>
  livesOf(text, new Set(names.split(" "))).map((l) => `${l.begin} ${l.end}${l.last ? " last" : ""}`);

test("members of one initialiser that a core calls first and last", () => {
  assert.deepEqual(
    lives("struct platform_driver d = { .probe = d_begin, .remove = __exit_p(d_end), };", "d_begin d_end"),
    ["d_begin d_end last"],
  );
  assert.deepEqual(lives("struct ops o = { .start = o_go, .stop = o_halt };", "o_go o_halt"), [
    "o_go o_halt",
  ]);
});

test("members that a function sets to functions of the file, of one thing and in one function", () => {
  const text = (end: string): string => `int o_init(void)\n{\n\tr->start\t= o_go;\n\t${end} = o_halt;\n}\n`;
  assert.deepEqual(lives(text("r->stop"), "o_go o_halt"), ["o_go o_halt"]);
  assert.deepEqual(lives(text("if (n) {\n\t\tr->stop"), "o_go o_halt"), ["o_go o_halt"]);
  for (const other of ["q->stop", "stop", "r->halt", "\n}\nvoid o_other(void)\n{\n\tr->stop"])
    assert.deepEqual(lives(text(other), "o_go o_halt"), [], other);
});

test("a module's init and exit, and the two that a macro for power management names", () => {
  assert.deepEqual(lives("module_init(m_in); module_exit(m_out);", "m_in m_out"), ["m_in m_out last"]);
  assert.deepEqual(lives("static SIMPLE_DEV_PM_OPS(pm, p_down, p_up);", "p_down p_up"), ["p_down p_up"]);
});

test("names of one stem, whole words only, and only where the file has both", () => {
  assert.deepEqual(lives("", "ring_alloc ring_free"), ["ring_alloc ring_free"]);
  assert.deepEqual(lives("", "alloc_ring free_ring"), ["alloc_ring free_ring"]);
  assert.deepEqual(lives("", "thing_ring_alloc thing_free_ring"), ["thing_ring_alloc thing_free_ring"]);
  assert.deepEqual(lives("", "bus_reg_slave bus_unreg_slave"), ["bus_reg_slave bus_unreg_slave"]);
  assert.deepEqual(lives("", "ring_allocator ring_freeator ring_init"), []);
});

test("a driver that names nothing to be called at the end", () => {
  const ends = (more: string): string[] => [
    ...endlessIn(`static struct spi_driver d = { .driver = { .name = "d", }, .probe = d_begin, ${more} };`),
  ];
  assert.deepEqual(ends(".id_table = d_ids,"), ["d_begin"]);
  assert.deepEqual(ends(".remove = d_end,"), []);
  assert.deepEqual(ends(".remove_new = __exit_p(d_end),"), []);
  assert.deepEqual(
    [...endlessIn("struct ops o = { .probe = o_look };")],
    [],
    "no driver: who calls it is not known",
  );
});
