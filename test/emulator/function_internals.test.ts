/** Function cases: what the kernel's own parts count and register (contracts/internals.yaml), and functions of tracing, which are no tracepoints. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readContracts } from "../../server/review/contracts.ts";
import { type Pair, testPairs } from "../support/function_pair.ts";

const CHAIN = `struct tc_action; struct tcf_chain; struct tcf_proto; struct ext;
int tcf_action_check_ctrlact(int action, struct tcf_proto *tp, struct tcf_chain **out, struct ext *e); void tcf_chain_put_by_act(struct tcf_chain *c);
struct tcf_chain *tcf_action_set_ctrlact(struct tc_action *a, int action, struct tcf_chain *c);
`;
const chained = (failed: string): string => `${CHAIN}
int f(struct tc_action *a, struct tcf_proto *tp, int n) { struct tcf_chain *c = NULL; int *p; int err = tcf_action_check_ctrlact(n, tp, &c, NULL); if (err < 0) return err;
  p = kmalloc(4, GFP_KERNEL); if (!p) { ${failed} return -ENOMEM; } kfree(p); c = tcf_action_set_ctrlact(a, n, c); if (c) tcf_chain_put_by_act(c); return 0; }`;

const connected = (
  failed: string,
): string => `struct cmp_connection { int n; }; struct fw_unit; struct unit { struct cmp_connection in; struct fw_unit *unit; };
int cmp_connection_init(struct cmp_connection *c, struct fw_unit *u, int direction, unsigned int index); void cmp_connection_destroy(struct cmp_connection *c);
int f(struct unit *u) { int err = cmp_connection_init(&u->in, u->unit, 0, 0); if (err < 0) return err; err = helper(1); if (err < 0) { ${failed} return err; } return 0; }`;

const registered = (
  failed: string,
): string => `struct pernet_operations { int n; }; int register_pernet_subsys(struct pernet_operations *o); void unregister_pernet_subsys(struct pernet_operations *o);
struct genl_family { int n; }; int genl_register_family(struct genl_family *g); static struct pernet_operations ops; static struct genl_family family;
int f(void) { int ret = register_pernet_subsys(&ops); if (ret) return ret; ret = genl_register_family(&family); if (ret) { ${failed} return ret; } return 0; }`;

const opened = (
  end: string,
): string => `struct trace_array; struct inode { void *priv; }; struct file { int flags; };
int tracing_check_open_get_tr(struct trace_array *t); int list_open(struct file *file);
int f(struct inode *inode, struct file *file) { struct trace_array *tr = inode->priv; int ret = tracing_check_open_get_tr(tr); if (ret) return ret;
  ret = list_open(file); if (ret < 0) { ${end} return ret; } return 0; }`;

const locked = (
  failed: string,
): string => `struct inode { int n; }; struct buffer_head; struct holder; int ocfs2_inode_lock_tracker(struct inode *i, struct buffer_head **b, int ex, struct holder *h);
void ocfs2_inode_unlock_tracker(struct inode *i, int ex, struct holder *h, int had);
int f(struct inode *i, struct holder *h) { int ret, had = ocfs2_inode_lock_tracker(i, NULL, 1, h); if (had < 0) return had; ret = helper(1); if (ret) { ${failed} }
  ocfs2_inode_unlock_tracker(i, 1, h, had); return ret; }`;

const pairs: readonly Pair[] = [
  {
    name: "a chain that an action would have gone to is given back where it is not set",
    bad: chained(""),
    good: chained("if (c) tcf_chain_put_by_act(c);"),
    want: ["leaked traffic control chain of tcf_action_check_ctrlact()"],
  },
  {
    name: "who makes a connection ready and fails behind that destroys it",
    bad: connected(""),
    good: connected("cmp_connection_destroy(&u->in);"),
    want: ["leaked connection of a FireWire unit of u"],
  },
  {
    name: "what is registered in an initialisation that fails later is unregistered",
    root: true,
    bad: registered(""),
    good: registered("unregister_pernet_subsys(&ops);"),
    want: ["leaked registration of pernet operations of ops"],
  },
  {
    name: "a function of tracing is no tracepoint",
    callback: true,
    core: "struct trace_array; void trace_array_put(struct trace_array *t) { }",
    bad: opened(""),
    good: opened("trace_array_put(tr);"),
    want: ["leaked tracing instance reference of tracing_check_open_get_tr()"],
  },
  {
    name: "a tracepoint says nothing",
    bad: opened("trace_open_failed(ret);"),
    good: opened(""),
    want: [],
  },
  {
    name: "a cluster lock is given up on every way out",
    bad: locked("return ret;"),
    good: locked(""),
    want: ["returned-locked cluster lock i"],
  },
];

testPairs(pairs);

test("each kind of internals is given back by a function that the contracts have", () => {
  const { kinds, functions } = readContracts().contracts;
  for (const name of [
    "fsnotify-group",
    "bpf-map",
    "kernfs-node",
    "mount",
    "cgroup",
    "rpc-client",
    "snd-control",
  ]) {
    const by = kinds.get(name)?.putBy.replace("()", "") ?? "";
    assert.ok(
      functions.get(by)?.clauses.some((c) => c.verb === "put" && c.kind === name),
      `${name} by ${by}`,
    );
  }
});
