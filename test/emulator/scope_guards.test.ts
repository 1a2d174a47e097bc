/**
 * Scoped guards of the reference kernel's cleanup.h: what each takes is held within its scope, and not behind it, however the scope is
 * left. Leaves out the contracts of locks (function_books.test.ts).
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import "../../server/shipped.ts";
import { buildKernelImage, spaceOf } from "../../emulator/kernel.ts";
import { Memory } from "../../emulator/mem/memory.ts";
import { bootImage, casesOf, runCase } from "../../emulator/scenario/runner.ts";

/** Of all programs, of which each has ended when the next is booted. */
const memory = new Memory();

/** Why a program of one function ends, and what it complained of. */
function ended(body: string): string {
  const text = `#include "scenarios/scenario.h"
#include <linux/cleanup.h>
static spinlock_t spin; static struct mutex mutex; static struct rw_semaphore sem; static rwlock_t rw; static struct srcu_struct srcu;
static int left;
DEFINE_FREE(leave, int *, if (_T) left = *_T)
static int within(int early) { (void)early; ${body} return 0; }
FSC_SCENARIO(guards, "guards", "guards", "")
{
	spin_lock_init(&spin); mutex_init(&mutex); init_rwsem(&sem); rwlock_init(&rw); init_srcu_struct(&srcu);
	for (int early = 0; early < 2; early++) {
		within(early);
		lockdep_assert_not_held(&spin); lockdep_assert_not_held(&mutex); lockdep_assert_not_held(&sem);
		lockdep_assert_not_held(&rw); lockdep_assert_not_held(&srcu);
		WARN_ON(fsc_irqs_mine());
	}
}
const struct fsc_scenario *const fsc_more_scenarios[] = { &fsc_scenario_guards, NULL };
`;
  const { image, errors } = buildKernelImage(
    "v6.12",
    [{ path: "scenarios/guards.c", text }],
    spaceOf("v6.12"),
  );
  assert.deepEqual(errors, []);
  const booted = bootImage(image, "v6.12", memory);
  const def = booted.scenarios.find((s) => s.name === "guards")!;
  const { end, violations } = runCase(booted, casesOf(def)[0]!, { stepLimit: 1_000_000 });
  return [end.reason.kind, ...violations.map((v) => v.code)].join(" ");
}

/** A guard, and what says that it is held. */
const GUARDS: readonly (readonly [name: string, arg: string, held: string])[] = [
  ["spinlock", "&spin", "spin_is_locked(&spin)"],
  ["spinlock_irq", "&spin", "spin_is_locked(&spin) && fsc_irqs_mine()"],
  ["spinlock_irqsave", "&spin", "spin_is_locked(&spin) && fsc_irqs_mine()"],
  ["spinlock_bh", "&spin", "spin_is_locked(&spin)"],
  ["spinlock_try", "&spin", "spin_is_locked(&spin)"],
  ["irqsave", "", "fsc_irqs_mine()"],
  ["mutex", "&mutex", "mutex_is_locked(&mutex)"],
  ["mutex_try", "&mutex", "mutex_is_locked(&mutex)"],
  ["mutex_intr", "&mutex", "mutex_is_locked(&mutex)"],
  ["rwsem_read", "&sem", "lockdep_is_held(&sem)"],
  ["rwsem_read_try", "&sem", "lockdep_is_held(&sem)"],
  ["rwsem_write", "&sem", "__fsc_lock_held(&sem, FSC_LOCK_EXCL)"],
  ["rwsem_write_try", "&sem", "__fsc_lock_held(&sem, FSC_LOCK_EXCL)"],
  ["read_lock", "&rw", "lockdep_is_held(&rw)"],
  ["write_lock", "&rw", "__fsc_lock_held(&rw, FSC_LOCK_EXCL)"],
  ["rcu", "", "1"],
  ["srcu", "&srcu", "srcu_read_lock_held(&srcu)"],
];

for (const [name, arg, held] of GUARDS)
  test(`guard(${name})(${arg})`, () => {
    const scope = name.startsWith("rcu") ? "" : `WARN_ON(${held});`;
    assert.equal(ended(`guard(${name})(${arg}); WARN_ON(!(${held})); if (early) return 1;`), "completed");
    assert.equal(
      ended(
        `scoped_guard(${[name, arg].filter((x) => x !== "").join(", ")}) { WARN_ON(!(${held})); if (early) break; } ${scope}`,
      ),
      "completed",
    );
  });

test("what a guard takes keeps others out, so that taking it twice never ends", () => {
  assert.notEqual(ended("guard(mutex)(&mutex); guard(mutex)(&mutex);"), "completed");
});

test("a guard that only tries says that it holds nothing", () => {
  const busy = "guard(mutex)(&mutex); int failed = 0;";
  assert.equal(
    ended(`${busy} scoped_cond_guard(mutex_try, failed = 1, &mutex) { WARN_ON(1); } WARN_ON(!failed);`),
    "completed",
  );
  assert.equal(ended(`${busy} scoped_guard(mutex_try, &mutex) WARN_ON(1); (void)failed;`), "completed");
  assert.equal(
    ended("scoped_cond_guard(mutex_try, return 1, &mutex) WARN_ON(!mutex_is_locked(&mutex));"),
    "completed",
  );
});

test("pointers end with their scope, but for one that is kept", () => {
  assert.equal(
    ended("static int seven = 7; { int *p __free(leave) = &seven; } WARN_ON(left != 7); left = 0;"),
    "completed",
  );
  assert.equal(
    ended("static int seven = 7; { int *p __free(leave) = &seven; retain_and_null_ptr(p); } WARN_ON(left);"),
    "completed",
  );
  assert.equal(
    ended("void *p __free(kfree) = kmalloc(8, GFP_KERNEL); void *q __free(kvfree) = kmalloc(8, GFP_KERNEL);"),
    "completed",
  );
});
