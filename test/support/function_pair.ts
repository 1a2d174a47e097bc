/** Two texts of one file run as function cases, without a tree: what they name they declare themselves. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { compareEntry, type Difference, type EntryResult } from "../../emulator/function/compare.ts";
import { type Entry, type Side, USUAL_BOUNDS } from "../../emulator/function/explore.ts";
import { KernelSources } from "../../emulator/function/sources.ts";
import { readContracts } from "../../server/review/contracts.ts";

/** Declarations that the fixtures use, in our own words. */
export const DECLARATIONS = `
typedef unsigned long size_t; typedef unsigned int u32; typedef unsigned int gfp_t;
#define GFP_KERNEL 3
#define GFP_ATOMIC 1
static inline _Bool gfpflags_allow_blocking(gfp_t f) { return (f & 2) != 0; }
void spin_lock(spinlock_t *l); void spin_unlock(spinlock_t *l); void rcu_read_lock(void); void rcu_read_unlock(void); void msleep(unsigned int ms);
#define ENOMEM 12
#define EFAULT 14
#define EINVAL 22
#define NULL ((void *)0)
struct device { struct device *parent; void (*release)(struct device *dev); void *driver_data; };
struct device_node; struct clk;
struct platform_device { struct device dev; int id; };
struct mutex { int owner; }; struct work_struct { void (*func)(struct work_struct *w); }; struct timer_list { int n; };
struct delayed_work { struct work_struct work; struct timer_list timer; };
void __init_work(struct work_struct *w, int stack); int cancel_delayed_work_sync(struct delayed_work *w);
typedef struct { int raw; } spinlock_t;
void *kmalloc(size_t n, gfp_t f); void *kzalloc(size_t n, gfp_t f); void kfree(const void *p);
struct device_node *of_find_node_by_name(struct device_node *from, const char *name);
struct device_node *of_get_next_child(const struct device_node *node, struct device_node *prev);
void of_node_put(struct device_node *node);
int of_property_read_u32(const struct device_node *np, const char *name, u32 *out);
struct clk *clk_get(struct device *dev, const char *id); void clk_put(struct clk *clk);
int clk_prepare_enable(struct clk *clk); void clk_disable_unprepare(struct clk *clk);
int pm_runtime_get_sync(struct device *dev); int pm_runtime_resume_and_get(struct device *dev);
int pm_runtime_put(struct device *dev); void pm_runtime_put_noidle(struct device *dev);
void device_initialize(struct device *dev); int device_add(struct device *dev); int dev_set_name(struct device *dev, const char *fmt, ...); void put_device(struct device *dev);
void mutex_lock(struct mutex *m); void mutex_unlock(struct mutex *m);
int devm_add_action(struct device *dev, void (*action)(void *), void *data);
int devm_add_action_or_reset(struct device *dev, void (*action)(void *), void *data);
void devm_remove_action(struct device *dev, void (*action)(void *), void *data);
void devm_release_action(struct device *dev, void (*action)(void *), void *data);
struct attribute { const char *name; }; struct device_attribute { struct attribute attr; }; struct kobject { int n; };
int device_create_file(struct device *dev, const struct device_attribute *a);
void device_remove_file(struct device *dev, const struct device_attribute *a);
void sysfs_remove_files(struct kobject *k, const struct attribute *const *list);
unsigned long copy_to_user(void *to, const void *from, unsigned long n);
struct clk_hw { struct clk *clk; };
int clk_hw_register(struct device *dev, struct clk_hw *hw); void clk_hw_unregister(struct clk_hw *hw); void clk_unregister(struct clk *clk);
struct spi_controller { struct device dev; };
struct spi_controller *spi_alloc_host(struct device *dev, unsigned int n); void spi_controller_put(struct spi_controller *c);
int spi_register_controller(struct spi_controller *c); void spi_unregister_controller(struct spi_controller *c);
int devm_spi_register_controller(struct device *dev, struct spi_controller *c);
struct device *get_device(struct device *dev);
struct class { const char *name; }; int class_register(const struct class *c); void class_unregister(const struct class *c);
int helper(int x); void *lookup(int x);
static inline int IS_ERR(const void *p) { return (unsigned long)p >= (unsigned long)-4095; }
static inline long PTR_ERR(const void *p) { return (long)p; }
`;

/** Both texts as an entry of them ran, with so many paths of each at most. */
export function comparePair(
  before: string,
  after: string,
  { paths = 200, ...entry }: Partial<Entry> & { name: string; paths?: number },
  core = "",
): EntryResult {
  const beside = "drivers/core.c";
  const source = {
    definers: (name: string) => (core.includes(` *${name}(`) || core.includes(` ${name}(`) ? [beside] : []),
    read: (p: string) => (p === beside ? core : null),
    typedefs: new Set<string>(),
    config: [],
  };
  const sources = new KernelSources(source);
  const { contracts } = readContracts();
  const path = "drivers/fixture.c";
  const lines = (text: string): string[] => (DECLARATIONS + text).split("\n");
  const side = (text: string, other: string): Side => {
    const [own, others] = [lines(text), new Set(lines(other))];
    return {
      program: sources.program([{ path, text: DECLARATIONS + text }]),
      contracts,
      files: new Set([path]),
      changed: (loc) => sources.files[loc.file]?.path === path && !others.has(own[loc.line - 1]!),
    };
  };
  const full: Entry = { path, root: false, leave: null, ...entry };
  const result = compareEntry(side(before, after), side(after, before), full, {
    ...USUAL_BOUNDS,
    paths,
  });
  if (result.note !== "") throw new Error(result.note);
  return result;
}

/** What is told of them. */
export const runPair = (...pair: Parameters<typeof comparePair>): Difference[] =>
  comparePair(...pair).differences.filter((d) => !d.fault.possible && d.verdict !== "already");

/** The same with what is no more than possible. */
export const allOf = (...pair: Parameters<typeof comparePair>): Difference[] =>
  comparePair(...pair).differences.filter((d) => d.verdict !== "already");

/** "fixed leaked device node of of_find_node_by_name()", one a difference, sorted. */
export function told(differences: readonly Difference[]): string[] {
  return differences.map((d) => `${d.verdict} ${d.fault.kind} ${d.fault.object}`).sort();
}

/** C that is wrong and C that is right, and what is told of the two. */
export interface Pair {
  readonly name: string;
  readonly root?: boolean;
  readonly callback?: boolean;
  readonly entry?: string;
  readonly leave?: string;
  readonly interrupt?: string;
  readonly endless?: boolean;
  readonly sends?: boolean;
  readonly bad: string;
  readonly good: string;
  /** Functions of another file, that the patch leaves alone. */
  readonly core?: string;
  readonly want: string[];
  /** What is told the other way round, where that is not the same. */
  readonly back?: string[];
}

/** A test of each: from bad to good it is fixed, the other way round new, and nothing is told of either beside itself. */
export function testPairs(pairs: readonly Pair[]): void {
  for (const p of pairs)
    test(p.name, () => {
      const {
        root = false,
        callback = false,
        leave = null,
        interrupt = null,
        endless = false,
        sends = false,
        core,
      } = p;
      const entry = { name: p.entry ?? "f", root, callback, leave, interrupt, endless, sends };
      assert.deepEqual(
        told(runPair(p.bad, p.good, entry, core)),
        p.want.map((w) => `fixed ${w}`),
      );
      assert.deepEqual(
        told(runPair(p.good, p.bad, entry, core)),
        (p.back ?? p.want).map((w) => `new ${w}`),
      );
      assert.deepEqual(told(runPair(p.bad, p.bad, entry, core)), []);
      assert.deepEqual(told(runPair(p.good, p.good, entry, core)), []);
    });
}
