/*
 * What a driver of which no kernel tree is at hand may name: types and helpers that are the same everywhere, with the members that
 * nearly every driver uses. Our own declarations: names, signatures and values are the kernel's, layouts are not. What is missing
 * here makes a function one that only a tree can run. Leaves out basic types and error numbers (the reference
 * kernel's own) and every function that a contract tells of (mail_functions.ts).
 */
typedef int irqreturn_t;

#define __init
#define __exit
#define __user
#define __iomem
#define __force
#define __must_check
#define __maybe_unused
#define __percpu
#define __rcu

#define EPROTO 71
#define EBADMSG 74
#define EINPROGRESS 115

#define GFP_ATOMIC 0x820u
#define GFP_NOWAIT 0x800u
#define GFP_NOIO 0xc00u
#define GFP_NOFS 0xc40u
#define GFP_KERNEL 0xcc0u
#define __GFP_ZERO 0x100u
#define __GFP_NOWARN 0x2000u
static inline bool gfpflags_allow_blocking(gfp_t flags) { return (flags & 0x400u) != 0; }

#define IRQ_NONE 0
#define IRQ_HANDLED 1
#define IRQ_WAKE_THREAD 2
#define BIT(n) (1ul << (n))
#define min(a, b) ((a) < (b) ? (a) : (b))
#define max(a, b) ((a) > (b) ? (a) : (b))
#define min_t(t, a, b) ((t)(a) < (t)(b) ? (t)(a) : (t)(b))
#define max_t(t, a, b) ((t)(a) > (t)(b) ? (t)(a) : (t)(b))
#define struct_size(p, member, n) (sizeof(*(p)) + sizeof(*(p)->member) * (n))

static inline bool IS_ERR(const void *p) { return (unsigned long)p >= (unsigned long)-4095; }
static inline bool IS_ERR_OR_NULL(const void *p) { return !p || (unsigned long)p >= (unsigned long)-4095; }
static inline long PTR_ERR(const void *p) { return (long)p; }
static inline int PTR_ERR_OR_ZERO(const void *p) { return (unsigned long)p >= (unsigned long)-4095 ? (int)(long)p : 0; }
static inline void *ERR_PTR(long error) { return (void *)error; }
static inline void *ERR_CAST(const void *p) { return (void *)p; }

#define LIST_HEAD(name) struct list_head name = { &(name), &(name) }
static inline void INIT_LIST_HEAD(struct list_head *l) { l->next = l; l->prev = l; }
static inline bool list_empty(const struct list_head *h) { return h->next == h; }
static inline void __fs_list_add(struct list_head *e, struct list_head *prev, struct list_head *next)
{
	next->prev = e;
	e->next = next;
	e->prev = prev;
	prev->next = e;
}
static inline void list_add(struct list_head *e, struct list_head *h) { __fs_list_add(e, h, h->next); }
static inline void list_add_tail(struct list_head *e, struct list_head *h) { __fs_list_add(e, h->prev, h); }
static inline void list_del(struct list_head *e) { e->next->prev = e->prev; e->prev->next = e->next; }
static inline void list_del_init(struct list_head *e) { list_del(e); INIT_LIST_HEAD(e); }
#define list_entry(p, type, member) container_of(p, type, member)
#define list_first_entry(h, type, member) container_of((h)->next, type, member)
#define list_for_each_entry(p, h, member) \
	for (p = container_of((h)->next, __typeof__(*p), member); &p->member != (h); \
	     p = container_of(p->member.next, __typeof__(*p), member))
#define list_for_each_entry_safe(p, n, h, member) \
	for (p = container_of((h)->next, __typeof__(*p), member), n = container_of(p->member.next, __typeof__(*p), member); \
	     &p->member != (h); p = n, n = container_of(n->member.next, __typeof__(*n), member))

typedef struct { int refs; } refcount_t;
typedef struct { int raw; } spinlock_t;
typedef struct { int raw; } raw_spinlock_t;
typedef struct { int raw; } rwlock_t;
typedef struct { int raw; } wait_queue_head_t;
struct kref { refcount_t refcount; };
struct mutex { long owner; };
struct semaphore { int count; };
struct rw_semaphore { long count; };
struct completion { unsigned int done; };
struct work_struct { long data; void (*func)(struct work_struct *work); };
struct timer_list { unsigned long expires; void (*function)(struct timer_list *t); };
struct delayed_work { struct work_struct work; struct timer_list timer; };

struct module;
struct device_driver;
struct kobject { const char *name; struct kobject *parent; };
struct fwnode_handle { struct fwnode_handle *secondary; };
struct device_node { const char *name; const char *full_name; struct fwnode_handle fwnode; struct device_node *parent; };
struct device {
	struct kobject kobj;
	struct device *parent;
	const char *init_name;
	void *platform_data;
	void *driver_data;
	struct device_driver *driver;
	struct device_node *of_node;
	struct fwnode_handle *fwnode;
	void (*release)(struct device *dev);
};
struct resource { resource_size_t start, end; const char *name; unsigned long flags; };
struct platform_device { const char *name; int id; struct device dev; unsigned int num_resources; struct resource *resource; };
struct i2c_adapter { struct device dev; int nr; const char *name; };
struct i2c_client { unsigned short flags; unsigned short addr; struct i2c_adapter *adapter; struct device dev; int irq; };
struct spi_device { struct device dev; u32 max_speed_hz; u8 bits_per_word; u32 mode; int irq; };
struct pci_dev { unsigned short vendor, device; unsigned int irq; struct device dev; };

struct of_phandle_args { struct device_node *np; int args_count; u32 args[16]; };
struct clk_init_data { const char *name; const void *ops; const char *const *parent_names; u8 num_parents; unsigned long flags; };
struct clk_hw { struct clk_core *core; struct clk *clk; const struct clk_init_data *init; };
enum led_brightness { LED_OFF = 0, LED_ON = 1, LED_HALF = 127, LED_FULL = 255 };
struct led_classdev {
	const char *name;
	unsigned int brightness, max_brightness;
	int flags;
	void (*brightness_set)(struct led_classdev *led, enum led_brightness b);
	int (*brightness_set_blocking)(struct led_classdev *led, enum led_brightness b);
	enum led_brightness (*brightness_get)(struct led_classdev *led);
	struct device *dev;
	const char *default_trigger;
};
struct watchdog_device {
	int id;
	struct device *parent;
	const void *info;
	const void *ops;
	unsigned int bootstatus, timeout, pretimeout, min_timeout, max_timeout;
	unsigned int min_hw_heartbeat_ms, max_hw_heartbeat_ms;
	unsigned long status;
	void *driver_data;
};
static inline void *watchdog_get_drvdata(struct watchdog_device *w) { return w->driver_data; }
static inline void watchdog_set_drvdata(struct watchdog_device *w, void *data) { w->driver_data = data; }

static inline void *dev_get_drvdata(const struct device *dev) { return dev->driver_data; }
static inline void dev_set_drvdata(struct device *dev, void *data) { dev->driver_data = data; }
static inline const char *dev_name(const struct device *dev) { return dev->init_name; }
static inline void *dev_get_platdata(const struct device *dev) { return dev->platform_data; }
#define platform_get_drvdata(p) dev_get_drvdata(&(p)->dev)
#define platform_set_drvdata(p, d) dev_set_drvdata(&(p)->dev, d)
#define i2c_get_clientdata(c) dev_get_drvdata(&(c)->dev)
#define i2c_set_clientdata(c, d) dev_set_drvdata(&(c)->dev, d)
#define spi_get_drvdata(s) dev_get_drvdata(&(s)->dev)
#define spi_set_drvdata(s, d) dev_set_drvdata(&(s)->dev, d)
#define pci_get_drvdata(p) dev_get_drvdata(&(p)->dev)
#define pci_set_drvdata(p, d) dev_set_drvdata(&(p)->dev, d)
#define to_platform_device(d) container_of(d, struct platform_device, dev)
#define for_each_child_of_node(parent, child) \
	for (child = of_get_next_child(parent, NULL); child; child = of_get_next_child(parent, child))
#define for_each_available_child_of_node(parent, child) \
	for (child = of_get_next_available_child(parent, NULL); child; child = of_get_next_available_child(parent, child))
#define device_for_each_child_node(dev, child) \
	for (child = device_get_next_child_node(dev, NULL); child; child = device_get_next_child_node(dev, child))
