/** Where a finding of a function by itself stands: on the line of the mail that its path names, not on one that is merely near. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { parseDocument } from "../../server/parse.ts";
import { reviewDocument } from "../../server/review/analysis.ts";
import { DECLARATIONS } from "../support/function_pair.ts";
import { patchMail } from "../support/own_tree.ts";

const PATH = "drivers/thing.c";
const root = mkdtempSync(join(tmpdir(), "folioscope-place-"));
after(() => rmSync(root, { recursive: true, force: true }));
for (const folder of ["drivers", "mm", "include/linux"]) mkdirSync(join(root, folder), { recursive: true });

/** The patch of a driver's file, in a tree that has it as it was before. */
function review(before: string, now: string) {
  const [from, to] = [before, now].map((text) => `${DECLARATIONS}${text}`) as [string, string];
  writeFileSync(join(root, PATH), from);
  const mail = patchMail(1, 1, { path: PATH, from, to });
  const { findings, runs } = reviewDocument(parseDocument(Buffer.from(mail), "place.mbox"), { tree: root });
  const lines = mail.split("\n");
  return {
    runs,
    told: findings.map(
      (f) => `${f.verdict} ${f.code} on ${f.docLine === 0 ? "" : lines[f.docLine - 1]!.trim()}`,
    ),
    findings,
  };
}

const driver = (forgotten: string): string => `
struct thing { char *buf; int a, b, c, d; };
static int thing_fill(struct thing *t)
{
	int ret = 0;

	t->buf = kmalloc(8, GFP_KERNEL);
	if (!t->buf)
		return -ENOMEM;
	if (helper(1)) {
		ret = -EINVAL;
		goto out;
	}
	t->a = 1;
	t->b = 2;
	t->c = 3;
	t->d = 4;
out:
	if (ret < 0) {
		kfree(t->buf);
${forgotten}	}
	return ret;
}

static void thing_free(struct thing *t)
{
	kfree(t->buf);
	kfree(t);
}

int thing_probe(struct platform_device *pdev)
{
	struct thing *t = kzalloc(sizeof(*t), GFP_KERNEL);
	int ret;

	if (!t)
		return -ENOMEM;
	ret = thing_fill(t);
	thing_free(t);
	return ret;
}
`;

test("what is freed again elsewhere stands on the line of the mail that freed it first", () => {
  const { told, findings } = review(driver(""), driver("\t\tt->buf = NULL;\n"));
  assert.deepEqual(told, ["fixed double-release on kfree(t->buf);"]);
  assert.equal(findings[0]!.exactLine, true);
});

const inner = (set: string, wrong: string): string => `
struct thing { int n; };
static int helps(int i)
{
	return helper(i);
}

static int thing_sum(struct thing *t)
{
	int sum${set};
	int i;

	helper(4);
	helper(5);
	helper(6);
	helper(7);
	for (i = 0; i < t->n; i++)
		sum += helper(i);
	return sum;
}

int thing_open(struct thing *t)
{
	if (!helper(0))
		return ${wrong};
	return thing_sum(t);
}

int thing_read(struct thing *t)
{
	if (!helper(2))
		return ${wrong};
	return thing_sum(t);
}
`;

test("what a function does by itself is not told again of those that call it", () => {
  const { told, findings, runs } = review(inner(" = 0", "-EINVAL"), inner("", "-EFAULT"));
  const own = findings.filter((f) => f.code === "uninitialised");
  assert.ok(runs.length > 0);
  assert.equal(own.length, 1, told.join("\n"));
  assert.match(own[0]!.message, /in thing_sum\(\)$/);
});

const locked = (way: string, end: string): string => `
struct thing { struct mutex lock; int n; int on; };
int thing_set(struct thing *t, int n)
{
	int ret = 0;

	mutex_lock(&t->lock);
	if (n == 7)
		${way};
	t->n = n;
	helper(n);
${end}
	return ret;
}
`;
const OUT = "out:\n\tmutex_unlock(&t->lock);";

test("what is new stands on the line that leads past the end, not on those that stay around it", () => {
  const { told } = review(locked("goto out", OUT), locked("return -EINVAL", OUT.replace("out:\n", "")));
  assert.deepEqual(told, ["new returned-locked on +\t\treturn -EINVAL;"]);
});

test("what is new stands on the condition under which the end is passed over now", () => {
  const end = (when: string): string => `out:\n\tif (${when})\n\t\tmutex_unlock(&t->lock);`;
  const { told } = review(locked("goto out", end("t")), locked("goto out", end("t && t->on != 3")));
  assert.deepEqual(told, ["new returned-locked on +\tif (t && t->on != 3)"]);
});

test("what is new because a line went stands on that line", () => {
  const first = "\thelper(1);\n\thelper(2);\n\thelper(3);\n\thelper(4);\n\thelper(5);\n\thelper(6);";
  const { told, findings } = review(
    locked("goto out", `${OUT}\n${first}`),
    locked("goto out", `out:\n${first}`),
  );
  assert.deepEqual(told, ["new returned-locked on -\tmutex_unlock(&t->lock);"]);
  assert.equal(findings[0]!.side, "before");
});

test("what is new because one call stands in place of another stands on the one that came", () => {
  const { told } = review(locked("goto out", OUT), locked("goto out", "out:\n\thelper(t->on);"));
  assert.deepEqual(told, ["new returned-locked on +\thelper(t->on);"]);
});

/** Takes away a give-back of a count that another file's functions raise; `member`: what it is called. */
function leftRaised(member: string) {
  const count = (text: string): string => text.replaceAll("refs", member);
  const header = "include/linux/local.h";
  const things = `struct list_head { struct list_head *next, *prev; }; typedef struct { int refs; } refcount_t;
_Bool refcount_inc_not_zero(refcount_t *r); _Bool refcount_dec_and_test(refcount_t *r);
struct local { struct list_head list; int n; refcount_t refs; };
struct local *local_find(int n);
void local_put(struct local *l);
`;
  writeFileSync(join(root, header), count(things));
  writeFileSync(
    join(root, "drivers/local.c"),
    count(`#include <linux/local.h>
${DECLARATIONS}
static struct list_head locals = { &locals, &locals };
struct local *local_find(int n)
{
	struct list_head *e;

	for (e = locals.next; e != &locals; e = e->next) {
		struct local *l = (struct local *)e;

		if (l->n == n)
			return refcount_inc_not_zero(&l->refs) ? l : NULL;
	}
	return NULL;
}

void local_put(struct local *l)
{
	if (refcount_dec_and_test(&l->refs))
		kfree(l);
}
`),
  );
  const user = (put: string): string => `#include <linux/local.h>
struct user { struct local *to; char *name; };
int user_bind(struct user *s, int n)
{
	s->to = local_find(n);
	if (!s->to)
		return -EINVAL;
	s->name = kmalloc(8, GFP_KERNEL);
	if (!s->name) {
${put}		s->to = NULL;
		return -ENOMEM;
	}
	return 0;
}
`;
  return review(user("\t\tlocal_put(s->to);\n"), user(""));
}

test("a count that another file's functions raise and give back, left raised by a way out, is told", () => {
  const { told, findings } = leftRaised("refs");
  assert.deepEqual(told, ["new leaked on -\t\tlocal_put(s->to);"]);
  assert.match(findings[0]!.message, /the count entry of locals->refs is left higher than it was/);
});

test("a page's count is held by whoever maps or caches it: that a function leaves it higher is not told", () => {
  assert.deepEqual(leftRaised("_refcount").told, []);
});
