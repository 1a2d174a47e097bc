/** Function cases: memory that a callee gives through a buffer, unless the caller has brought one, and what a callee takes whatever it is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Pair, testPairs } from "../support/function_pair.ts";

const ACPI = `struct buffer { unsigned long length; void *pointer; }; struct args { int n; };
unsigned int acpi_evaluate_object(void *handle, const char *path, struct args *args, struct buffer *buffer);
struct file_operations { int n; }; int anon_inode_getfd(const char *name, const struct file_operations *fops, void *priv, int flags);
unsigned long copy_from_user(void *to, const void *from, unsigned long n);
`;

const PAGES = `unsigned long get_free_pages(gfp_t gfp, unsigned int order); void free_pages(unsigned long addr, unsigned int order);
int room(struct device *d); unsigned long copy_to_user(void *to, const void *from, unsigned long n);
`;

const SOCKETS = `struct socket { int n; }; struct sk_buff { int n; }; struct sock { int n; };
struct socket *sockfd_lookup(int fd, int *err); struct sk_buff *skb_recv_datagram(struct sock *sk, unsigned int flags, int *err); void kfree_skb(struct sk_buff *s);
struct blk_plug { int n; }; void blk_start_plug(struct blk_plug *p); void blk_finish_plug(struct blk_plug *p);
int use(struct socket *s);
`;

const RANGES = `struct resource { unsigned long start; }; struct resource *platform_get_resource(struct platform_device *p, unsigned int type, unsigned int n);
void *devm_ioremap_resource(struct device *d, const struct resource *r); struct attribute_group { const char *name; }; static const struct attribute_group one, two;
int sysfs_create_group(struct kobject *k, const struct attribute_group *g); void sysfs_remove_group(struct kobject *k, const struct attribute_group *g);
`;

const MODULE = "_Bool try_module_get(struct module *m); void module_put(struct module *m);";
const opened = (failed: string): string =>
  `${MODULE} int f(struct device *d) { int ret; if (!try_module_get(THIS_MODULE)) return -EINVAL; ret = helper(1); if (ret) { ${failed} return ret; } return 0; }`;

/** A route of a cache, and a packet that may have one. */
const ROUTE = `struct dst_entry { int e; }; struct dst_cache { int n; }; struct sk_buff { int len; unsigned long _skb_refdst; };
  struct dst_entry *dst_cache_get(struct dst_cache *c); void dst_release(struct dst_entry *d); void kfree_skb(struct sk_buff *s); int __dev_queue_xmit(struct sk_buff *s, void *d);
  static inline void skb_dst_set(struct sk_buff *s, struct dst_entry *d) { s->_skb_refdst = (unsigned long)d; }`;
const routed = (failed: string, set = "skb_dst_set(s, d);", before = ""): string =>
  `${ROUTE} int f(struct sk_buff *s, struct dst_cache *c) { struct dst_entry *d = dst_cache_get(c); ${before} if (helper(1)) { ${failed} kfree_skb(s); return -EINVAL; } if (d) ${set} return __dev_queue_xmit(s, NULL); }`;

/** What a device sends lies in the buffer then. */
const heard = (
  refused: string,
): string => `struct usb_device { int n; }; int usb_bulk_msg(struct usb_device *d, unsigned int pipe, void *data, int len, int *actual, int timeout);
  int f(struct usb_device *d) { int n = 0, ret; unsigned char *buf = kzalloc(8, GFP_KERNEL); if (!buf) return -ENOMEM; ret = usb_bulk_msg(d, 0xc0000080, buf, 8, &n, 1000);
  if (!ret && buf[0] == 5) { ${refused} return -EINVAL; } kfree(buf); return ret; }`;

/** What a call names by the number that it gives. */
const ported = (
  failed: string,
  line = "p->line",
): string => `struct uart_8250_port; struct port { int line; }; int serial8250_register_8250_port(const struct uart_8250_port *u); void serial8250_unregister_port(int line);
  int f(struct port *p, struct uart_8250_port *u) { int ret = serial8250_register_8250_port(u); if (ret < 0) return ret; ${line} = ret; ret = helper(1); if (ret) { ${failed} return ret; } return 0; }`;

const pairs: readonly Pair[] = [
  {
    name: "what a call names by a number is left where a step behind it fails",
    bad: ported(""),
    good: ported("serial8250_unregister_port(p->line);"),
    want: ["leaked 8250 port of serial8250_register_8250_port()"],
  },
  {
    name: "by whatever name the number goes",
    bad: ported("serial8250_unregister_port(n);", "int n"),
    good: ported("serial8250_unregister_port(p->line);"),
    want: [],
  },
  {
    name: "memory that is lost where a device sends what is refused",
    bad: heard(""),
    good: heard("kfree(buf);"),
    want: ["leaked memory of kzalloc()"],
  },
  {
    name: "a reference to the file's own module, where a call behind it fails",
    bad: opened(""),
    good: opened("module_put(THIS_MODULE);"),
    want: ["leaked module reference of __this_module"],
  },
  {
    name: "a route that a cache gave, where the packet is dropped before it has it",
    bad: routed(""),
    good: routed("dst_release(d);"),
    want: ["leaked route reference of dst_cache_get()"],
  },
  {
    name: "a packet that is dropped goes with its route",
    bad: routed("if (d) skb_dst_set(s, d);"),
    good: routed("dst_release(d);"),
    want: [],
  },
  {
    name: "and one that is sent takes it along",
    bad: routed("dst_release(d);"),
    good: routed("", "{ }", "if (d) skb_dst_set(s, d);"),
    want: [],
  },
  {
    name: "a page that is asked for as a number and used as text is lost on a way out",
    bad: `${PAGES} int f(struct device *d, char *buf) { char *page = (char *)get_free_pages(GFP_KERNEL, 0); int ret = 0; if (!page) return -ENOMEM;
      if (room(d)) return 0; if (copy_to_user(buf, page, 16)) ret = -EFAULT; free_pages((unsigned long)page, 0); return ret; }`,
    good: `${PAGES} int f(struct device *d, char *buf) { char *page = (char *)get_free_pages(GFP_KERNEL, 0); int ret = 0; if (!page) return -ENOMEM;
      if (room(d)) goto out; if (copy_to_user(buf, page, 16)) ret = -EFAULT; out: free_pages((unsigned long)page, 0); return ret; }`,
    want: ["leaked memory of get_free_pages()"],
  },
  {
    name: "what an evaluated object says is left where it is not what was wanted",
    bad: `${ACPI} int f(void *h) { struct buffer b = { -1UL, NULL }; int *o; if (acpi_evaluate_object(h, "_BST", NULL, &b)) return -EINVAL;
      o = b.pointer; if (*o != 3) return -EINVAL; kfree(b.pointer); return 0; }`,
    good: `${ACPI} int f(void *h) { struct buffer b = { -1UL, NULL }; int *o; if (acpi_evaluate_object(h, "_BST", NULL, &b)) return -EINVAL;
      o = b.pointer; if (*o != 3) { kfree(b.pointer); return -EINVAL; } kfree(b.pointer); return 0; }`,
    want: ["leaked memory of acpi_evaluate_object()"],
  },
  {
    name: "a buffer that the caller has brought is his",
    bad: `${ACPI} int f(void *h) { int room[8]; struct buffer b = { sizeof(room), room }; if (acpi_evaluate_object(h, "_BST", NULL, &b)) return -EINVAL; return room[0]; }`,
    good: `${ACPI} int f(void *h) { return 0; }`,
    want: [],
  },
  {
    name: "what is asked of NULL fails: behind its test that NULL is none",
    bad: `${RANGES} int f(struct device *d, struct platform_device *p) { struct resource *r = platform_get_resource(p, 1, 0); void *io = devm_ioremap_resource(d, r); if (IS_ERR(io)) return PTR_ERR(io); return r->start; }`,
    good: `${RANGES} int f(struct device *d, struct platform_device *p) { struct resource *r = platform_get_resource(p, 1, 0); void *io; if (!r) return -EINVAL; io = devm_ioremap_resource(d, r); if (IS_ERR(io)) return PTR_ERR(io); return r->start; }`,
    want: [],
  },
  {
    name: "one that nothing tested before is followed",
    bad: `${RANGES} int f(struct device *d, struct platform_device *p) { struct resource *r = platform_get_resource(p, 1, 0); helper(1); return r->start; }`,
    good: `${RANGES} int f(struct device *d, struct platform_device *p) { struct resource *r = platform_get_resource(p, 1, 0); if (!r) return -EINVAL; helper(1); return r->start; }`,
    want: ["null-dereference NULL from platform_get_resource()"],
  },
  {
    name: "groups of files are removed that were not made, which does nothing",
    bad: `${RANGES} int f(struct kobject *k) { int ret = sysfs_create_group(k, &one); if (ret) goto out; ret = sysfs_create_group(k, &two); if (ret) goto out; return 0;
      out: sysfs_remove_group(k, &two); sysfs_remove_group(k, &one); return ret; }`,
    good: `${RANGES} int f(struct kobject *k) { int ret = sysfs_create_group(k, &one); if (ret) return ret; ret = sysfs_create_group(k, &two); if (ret) sysfs_remove_group(k, &one); return ret; }`,
    want: [],
  },
  {
    name: "a look-up that fails says why through a pointer: that is an error",
    bad: `${SOCKETS} int f(int n) { void *p; struct socket *s; int err; s = sockfd_lookup(n, &err); if (!s) { if (err < 0) return err; p = kzalloc(8, GFP_KERNEL); return p ? 0 : -ENOMEM; } return use(s); }`,
    good: `${SOCKETS} int f(int n) { struct socket *s; int err; s = sockfd_lookup(n, &err); if (!s) return err; return use(s); }`,
    want: [],
  },
  {
    name: "a packet that was received is left on a way out",
    bad: `${SOCKETS} int f(struct sock *sk) { struct sk_buff *s; int err; s = skb_recv_datagram(sk, 0, &err); if (!s) return err; if (helper(1)) return -EINVAL; kfree_skb(s); return 0; }`,
    good: `${SOCKETS} int f(struct sock *sk) { struct sk_buff *s; int err; s = skb_recv_datagram(sk, 0, &err); if (!s) return err; if (helper(1)) err = -EINVAL; else err = 0; kfree_skb(s); return err; }`,
    want: ["leaked socket buffer of skb_recv_datagram()"],
  },
  {
    name: "a block plug on the stack outlives the call",
    bad: `${SOCKETS} int f(int n) { struct blk_plug plug; blk_start_plug(&plug); if (helper(n)) return -EINVAL; blk_finish_plug(&plug); return 0; }`,
    good: `${SOCKETS} int f(int n) { struct blk_plug plug; int ret = 0; blk_start_plug(&plug); if (helper(n)) ret = -EINVAL; blk_finish_plug(&plug); return ret; }`,
    want: ["returned-locked block plug plug"],
  },
  {
    name: "a file has what it was made with, and has it not where there is none",
    bad: `${ACPI} int f(const struct file_operations *o) { void *p = kzalloc(8, GFP_KERNEL); int fd; if (!p) return -ENOMEM;
      fd = anon_inode_getfd("x", o, p, 0); if (fd < 0) return fd; return fd; }`,
    good: `${ACPI} int f(const struct file_operations *o) { void *p = kzalloc(8, GFP_KERNEL); int fd; if (!p) return -ENOMEM;
      fd = anon_inode_getfd("x", o, p, 0); if (fd < 0) { kfree(p); return fd; } return fd; }`,
    want: ["leaked memory of kzalloc()"],
  },
];

testPairs(pairs);

test("each pair has a name of its own", () => {
  assert.equal(new Set(pairs.map((p) => p.name)).size, pairs.length);
});
