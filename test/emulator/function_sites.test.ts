/** Function cases: a call that stands behind one that the patch exchanges has another number on each side and is the same call. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Pair, testPairs } from "../support/function_pair.ts";

const SYNC = `int ret = pm_runtime_get_sync(dev);
    if (ret < 0) { pm_runtime_put_noidle(dev); return ret; }
  `;
const RESUME = `int ret = pm_runtime_resume_and_get(dev);
    if (ret < 0) return ret;
  `;
/** Wakes the device, sets up, and wakes it once more, as `again` says where that fails. */
const twice = (first: string, again: string): string => `struct lamp { void *buffer; };
  static int wake(struct device *dev) {
    ${first}
    pm_runtime_put(dev); return 0; }
  static int set_up(struct device *dev) {
    int ret = pm_runtime_get_sync(dev);
    pm_runtime_put(dev);
    return ret < 0 ? ret : 0; }
  int f(struct device *dev, struct lamp *l) { int ret = wake(dev);
    if (ret) return ret;
    l->buffer = kmalloc(8, GFP_KERNEL);
    if (!l->buffer) return -ENOMEM;
    ret = set_up(dev);
    if (ret) goto out;
    return 0;
  out: ${again}
    return ret; }`;
/** The device is woken three times: who fails the second time is not asked, and who fails the third time is. */
const thrice = (first: string): string => `int f(struct device *dev) {
    ${first}
    pm_runtime_get_sync(dev);
    pm_runtime_put(dev);
    ret = pm_runtime_get_sync(dev);
    pm_runtime_put(dev);
    pm_runtime_put(dev);
    return ret < 0 ? ret : 0; }`;
/** Gives a node back where waking fails the second time, and, by mistake, not where it fails the third time. */
const keepsNode = (first: string): string => `int f(struct device *dev) { struct device_node *np;
    ${first}
    np = lookup(1);
    ret = pm_runtime_get_sync(dev);
    pm_runtime_put(dev);
    if (ret < 0) { of_node_put(np); return ret; }
    ret = pm_runtime_get_sync(dev);
    pm_runtime_put(dev);
    pm_runtime_put(dev);
    if (ret < 0) return ret;
    of_node_put(np);
    return 0; }`;
const ONCE = "kfree(l->buffer); l->buffer = NULL;";
const DOUBLE = "kfree(l->buffer); kfree(l->buffer);";

const pairs: readonly Pair[] = [
  {
    name: "what both sides free twice where the call behind the exchanged one fails",
    bad: twice(SYNC, DOUBLE),
    good: twice(RESUME, DOUBLE),
    want: [],
  },
  {
    name: "and where the exchanged one stands between two of the other",
    bad: twice(SYNC, DOUBLE).replace("{ int ret = wake", "{ int ret; pm_runtime_get_sync(dev); ret = wake"),
    good: twice(RESUME, DOUBLE).replace(
      "{ int ret = wake",
      "{ int ret; pm_runtime_get_sync(dev); ret = wake",
    ),
    want: [],
  },
  {
    name: "what only one side frees twice there is told",
    bad: twice(SYNC, DOUBLE),
    good: twice(RESUME, ONCE),
    want: ["double-release memory of kmalloc()"],
  },
  {
    name: "a failure that is passed over is another call's than the one that is told of",
    bad: thrice(SYNC),
    good: thrice(RESUME),
    want: [],
  },
  {
    name: "what both sides keep where the third fails is not lost by who gives it back where the second fails",
    bad: keepsNode(SYNC),
    good: keepsNode(RESUME),
    want: [],
  },
];

testPairs(pairs);

test("each pair has a name of its own", () => {
  assert.equal(new Set(pairs.map((p) => p.name)).size, pairs.length);
});
