/**
 * What driver code is given in place of what lies below C or costs a reader more than it says: logging, warnings,
 * waiting, user memory, device registers and the macro forms of locks become calls of plain functions with a name of
 * their own (`__fs_...`), which natives.ts and the contracts know. Configuration symbols count as set unless they are
 * about debugging or another machine. Leaves out what the C of the headers says well by itself.
 */

import { KERNEL_NUMBERS } from "../config_numbers.ts";

/** Symbols that are not set although a driver's code may ask for them. */
const UNSET =
  /_MODULE$|DEBUG(?!_?FS)|LOCKDEP|PROVE_|KASAN|KCSAN|KMSAN|PREEMPT_RT|TRACE|TRACING|HARDEN|FORTIFY|TINY|_UML|XEN|PARAVIRT|RUST|CFI|LTO|32BIT|X86_32|X86_PAE|BIG_ENDIAN|HIGHMEM|LOCK_STAT|GCOV|RANDSTRUCT|ALLOC_PROFILING|COMPILE_TEST|NO_|_NONE$|_NOP$|JUMP_LABEL|BUG_ON_DATA|GENERIC_GETTIMEOFDAY|HAS_ILOG2|CC_HAS|CC_IS|FAULT_INJECTION|HYPERV|(?:^|CONFIG_|ARCH_)INLINE_|LEGACY_PTYS|FORCE_MAX_ORDER|FS_DAX_LIMITED|ARCH_CLOCKSOURCE_DATA/;

/** Whether `#ifdef CONFIG_FOO` holds: the whole of a configuration with everything in it, no debugging. */
export function configSet(name: string): boolean {
  return !UNSET.test(name);
}

/** Lines of the log; a mild one (a warning, what is told or traced) is no word of an error. */
const log = (names: string): string[] =>
  names.split(" ").map((n) => `${n}(...) ${MILD.test(n) ? "__fs_log_mild" : "__fs_log"}(__VA_ARGS__)`);
const MILD = /warn|notice|info|dbg|debug/i;
const nothing = (names: string): string[] => names.split(" ").map((n) => `${n}(...) ((void)0)`);
const atFileScope = (names: string): string[] =>
  names.split(" ").map((n) => `${n}(...) extern int __fs_nothing`);
const empty = (names: string): string[] => names.split(" ");

/**
 * Exchanges of one value for another in one step, in all their widths and orders: the processor's own are assembly, without which
 * the tree's headers say that there are none.
 */
function exchanges(): string[] {
  const orders = ["", "_acquire", "_release", "_relaxed"];
  const out: string[] = [];
  for (const start of ["", "raw_"])
    for (const order of orders)
      out.push(
        `${start}xchg${order}(p, v) ({ __typeof__(*(p)) __fs_o = *(p); *(p) = (v); __fs_o; })`,
        ...["", "64", "128"].flatMap((width) => [
          `${start}cmpxchg${width}${order}(p, o, n) ({ __typeof__(*(p)) __fs_o = *(p); if (__fs_o == (o)) *(p) = (n); __fs_o; })`,
          `${start}try_cmpxchg${width}${order}(p, e, n) ({ __typeof__(*(p)) __fs_o = *(p); __typeof__(e) __fs_e = (e); int __fs_same = __fs_o == *__fs_e; if (__fs_same) *(p) = (n); else *__fs_e = __fs_o; __fs_same; })`,
        ]),
      );
  return out;
}

/** Lines for `#define`; each stands whatever the tree's headers say. */
export const FUNCTION_SHIMS: readonly string[] = [
  // What it declares besides follows who holds what, for a compiler that is asked to.
  "WITH_LOCK_GUARD_1_ATTRS(name, T) class_##name##_constructor(T)",
  "__KERNEL__ 1",
  ...KERNEL_NUMBERS,
  // What a build computes of the sources (kernel/bounds.c), which no tree has.
  "MAX_NR_ZONES 5",
  "NR_PAGEFLAGS 24",
  "NR_CPUS_BITS 3",
  "SPINLOCK_SIZE 4",
  "LRU_GEN_WIDTH 3",
  "__LRU_REFS_WIDTH 2",
  // As include/uapi/linux/byteorder/little_endian.h has it, which not every header that asks includes.
  "__LITTLE_ENDIAN 1234",
  "__LITTLE_ENDIAN_BITFIELD",
  'KBUILD_MODNAME "folioscope"',
  'KBUILD_BASENAME "folioscope"',
  ...log(
    "printk pr_emerg pr_alert pr_crit pr_err pr_warn pr_notice pr_info pr_cont pr_debug pr_devel pr_err_once pr_warn_once pr_info_once pr_debug_once pr_err_ratelimited pr_warn_ratelimited pr_notice_ratelimited pr_info_ratelimited pr_debug_ratelimited printk_once printk_ratelimited no_printk print_hex_dump_debug print_hex_dump_bytes trace_printk",
  ),
  ...log(
    "dev_emerg dev_alert dev_crit dev_err dev_warn dev_notice dev_info dev_dbg dev_vdbg dev_printk dev_err_once dev_warn_once dev_info_once dev_dbg_once dev_err_ratelimited dev_warn_ratelimited dev_notice_ratelimited dev_info_ratelimited dev_dbg_ratelimited",
  ),
  ...log(
    "netdev_emerg netdev_alert netdev_crit netdev_err netdev_warn netdev_notice netdev_info netdev_dbg netdev_vdbg net_dbg_ratelimited net_err_ratelimited net_warn_ratelimited net_info_ratelimited net_warn_ratelimited pci_err pci_warn pci_info pci_dbg pci_notice pci_info_ratelimited hid_err hid_warn hid_info hid_dbg v4l2_err v4l2_warn v4l2_info v4l2_dbg drm_err drm_warn drm_info drm_dbg drm_dbg_kms drm_dbg_driver DRM_ERROR DRM_DEBUG DRM_INFO DRM_WARN DRM_DEBUG_KMS DRM_DEBUG_DRIVER DRM_DEV_ERROR DRM_DEV_INFO DRM_DEV_DEBUG ibdev_err ibdev_warn ibdev_dbg ibdev_info",
  ),
  // Of what kind a message is is no value: `netif_err(priv, probe, dev, "...")`.
  ...["emerg", "alert", "crit", "err", "warn", "notice", "info", "dbg", "vdbg"].map(
    (n) => `netif_${n}(priv, type, ...) ${MILD.test(n) ? "__fs_log_mild" : "__fs_log"}(__VA_ARGS__)`,
  ),
  "WARN(c, ...) ({ int __fs_w = !!(c); __fs_w; })",
  "WARN_ONCE(c, ...) ({ int __fs_w = !!(c); __fs_w; })",
  "WARN_ON(c) ({ int __fs_w = !!(c); __fs_w; })",
  "WARN_ON_ONCE(c) ({ int __fs_w = !!(c); __fs_w; })",
  "WARN_RATELIMIT(c, ...) ({ int __fs_w = !!(c); __fs_w; })",
  "WARN_TAINT(c, ...) ({ int __fs_w = !!(c); __fs_w; })",
  "dev_WARN(...) __fs_log(__VA_ARGS__)",
  "dev_WARN_ONCE(dev, c, ...) ({ int __fs_w = !!(c); __fs_w; })",
  "BUG_ON(c) ((c) ? __fs_bug() : (void)0)",
  "BUG() __fs_bug()",
  "panic(...) __fs_bug()",
  ...nothing(
    "BUILD_BUG_ON BUILD_BUG_ON_MSG BUILD_BUG_ON_NOT_POWER_OF_2 compiletime_assert might_sleep might_sleep_if might_fault might_alloc cond_resched lockdep_assert_held lockdep_assert_not_held lockdep_assert_held_once lockdep_assert_held_write lockdep_assert_held_read lockdep_assert_once lockdep_assert lockdep_set_class lockdep_set_class_and_name lockdep_set_subclass lockdep_init_map lockdep_register_key lockdep_unregister_key lockdep_assert_in_irq lockdep_assert_irqs_disabled lockdep_assert_irqs_enabled rcu_lockdep_assert RCU_LOCKDEP_WARN static_assert smp_mb smp_rmb smp_wmb mb rmb wmb dma_wmb dma_rmb dma_mb barrier smp_mb__before_atomic smp_mb__after_atomic cpu_relax barrier_data instrument_memcpy_before kmemleak_not_leak kmemleak_ignore prefetch prefetchw assert_spin_locked",
  ),
  "typecheck(...) 1",
  "typecheck_fn(...) ((void)0)",
  "BUILD_BUG_ON_ZERO(e) 0",
  "__must_be_array(a) 0",
  "unlikely(x) (!!(x))",
  "likely(x) (!!(x))",
  "READ_ONCE(x) (x)",
  "WRITE_ONCE(x, v) ((void)((x) = (v)))",
  "ACCESS_PRIVATE(p, m) ((p)->m)",
  "smp_load_acquire(p) (*(p))",
  "smp_store_release(p, v) ((void)(*(p) = (v)))",
  "smp_store_mb(x, v) ((void)((x) = (v)))",
  ...exchanges(),
  "rcu_dereference(p) (p)",
  "rcu_dereference_protected(p, c) (p)",
  "rcu_dereference_raw(p) (p)",
  "rcu_dereference_bh(p) (p)",
  "rcu_dereference_check(p, c) (p)",
  "rcu_access_pointer(p) (p)",
  "rcu_assign_pointer(p, v) ((void)((p) = (v)))",
  "RCU_INIT_POINTER(p, v) ((void)((p) = (v)))",
  "rcu_replace_pointer(p, v, c) ({ __typeof__(p) __fs_o = (p); (p) = (v); __fs_o; })",
  "kfree_rcu(p, ...) kvfree(p)",
  "kfree_rcu_mightsleep(p) kvfree(p)",
  "kvfree_rcu(p, ...) kvfree(p)",
  "container_of(p, type, member) ((type *)((char *)(p) - __builtin_offsetof(type, member)))",
  "container_of_const(p, type, member) ((type *)((char *)(p) - __builtin_offsetof(type, member)))",
  "ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))",
  "alloc_hooks(x) x",
  "alloc_hooks_tag(t, x) x",
  // The machine's own is assembly: what it computes, not how.
  "array_index_nospec(i, n) ({ __typeof__(i) __fs_i = (i); __fs_i < (n) ? __fs_i : 0; })",
  // An alternative that is patched in says what the bit says.
  "static_cpu_has(b) boot_cpu_has(b)",
  "static_branch_likely(x) 1",
  "static_branch_unlikely(x) 0",
  "static_key_false(x) 0",
  "static_key_enabled(x) 0",
  "current __fs_current()",
  "get_current() __fs_current()",
  "in_interrupt() 0",
  "in_irq() 0",
  "in_task() 1",
  "in_atomic() 0",
  "irqs_disabled() 0",
  "printk_ratelimit() 0",
  "net_ratelimit() 0",
  "num_online_cpus() 1u",
  "num_possible_cpus() 1u",
  "smp_processor_id() 0",
  "raw_smp_processor_id() 0",
  // A driver counts as a module: what is built in has no references.
  "THIS_MODULE (&__this_module)",
  // locks whose usual form is a macro
  "spin_lock_irqsave(l, f) ((f) = __fs_spin_lock_irqsave(l))",
  "spin_lock_irqsave_nested(l, f, n) ((f) = __fs_spin_lock_irqsave(l))",
  "spin_trylock_irqsave(l, f) ({ (f) = 0; __fs_spin_trylock_irqsave(l); })",
  "raw_spin_lock(l) __fs_raw_spin_lock(l)",
  "raw_spin_unlock(l) __fs_raw_spin_unlock(l)",
  "raw_spin_lock_irq(l) __fs_raw_spin_lock_irq(l)",
  "raw_spin_unlock_irq(l) __fs_raw_spin_unlock_irq(l)",
  "raw_spin_lock_irqsave(l, f) ((f) = __fs_raw_spin_lock_irqsave(l))",
  "raw_spin_unlock_irqrestore(l, f) __fs_raw_spin_unlock_irqrestore(l, f)",
  "spin_lock_nested(l, n) spin_lock(l)",
  "spin_lock_nest_lock(l, n) spin_lock(l)",
  "spin_lock_bh_nested(l, n) spin_lock_bh(l)",
  "raw_spin_lock_nested(l, n) __fs_raw_spin_lock(l)",
  "raw_spin_lock_nest_lock(l, n) __fs_raw_spin_lock(l)",
  "raw_spin_lock_irqsave_nested(l, f, n) ((f) = __fs_raw_spin_lock_irqsave(l))",
  "read_lock(l) __fs_read_lock(l)",
  "read_unlock(l) __fs_read_unlock(l)",
  "write_lock(l) __fs_write_lock(l)",
  "write_unlock(l) __fs_write_unlock(l)",
  "write_lock_nested(l, n) __fs_write_lock(l)",
  "read_lock_irqsave(l, f) ((f) = __fs_read_lock_irqsave(l))",
  "read_unlock_irqrestore(l, f) __fs_read_unlock_irqrestore(l, f)",
  "write_lock_irqsave(l, f) ((f) = __fs_write_lock_irqsave(l))",
  "write_unlock_irqrestore(l, f) __fs_write_unlock_irqrestore(l, f)",
  "read_lock_irq(l) __fs_read_lock(l)",
  "read_unlock_irq(l) __fs_read_unlock(l)",
  "write_lock_irq(l) __fs_write_lock(l)",
  "write_unlock_irq(l) __fs_write_unlock(l)",
  "read_lock_bh(l) __fs_read_lock(l)",
  "read_unlock_bh(l) __fs_read_unlock(l)",
  "write_lock_bh(l) __fs_write_lock(l)",
  "write_unlock_bh(l) __fs_write_unlock(l)",
  // The machine's headers have them as macros of functions that are assembly.
  ...["b", "w", "l", "q"].flatMap((n) => [
    `read${n}_relaxed(a) read${n}(a)`,
    `write${n}_relaxed(v, a) write${n}(v, a)`,
    `__raw_read${n}(a) read${n}(a)`,
    `__raw_write${n}(v, a) write${n}(v, a)`,
  ]),
  "variable__ffs(x) __fs_ctz(x)",
  "variable_ffz(x) __fs_ctz(~(unsigned long)(x))",
  "variable_ffs(x) __fs_ffs(x)",
  "fls(x) __fs_fls(x)",
  "fls64(x) __fs_fls64(x)",
  "__fls(x) __fs_clz(x)",
  "native_save_fl() __fs_no_flags()",
  "preempt_count() __fs_no_count()",
  "inb_p(p) inb(p)",
  "inw_p(p) inw(p)",
  "inl_p(p) inl(p)",
  "outb_p(v, p) outb(v, p)",
  "outw_p(v, p) outw(v, p)",
  "outl_p(v, p) outl(v, p)",
  "local_irq_save(f) ((f) = __fs_local_irq_save())",
  "local_irq_restore(f) __fs_local_irq_restore(f)",
  "local_irq_disable() ((void)__fs_local_irq_save())",
  "local_irq_enable() __fs_local_irq_restore(0)",
  "preempt_disable() __fs_preempt_disable()",
  "preempt_enable() __fs_preempt_enable()",
  "mutex_init(m) ((void)(m))",
  "spin_lock_init(l) ((void)(l))",
  "raw_spin_lock_init(l) ((void)(l))",
  "rwlock_init(l) ((void)(l))",
  "init_rwsem(l) ((void)(l))",
  "mutex_lock_nested(m, s) mutex_lock(m)",
  "mutex_lock_interruptible_nested(m, s) mutex_lock_interruptible(m)",
  "down_read_nested(m, s) down_read(m)",
  "down_write_nested(m, s) down_write(m)",
  "init_waitqueue_head(w) ((void)(w))",
  "INIT_WORK(w, f) (__fs_init_work(w), (void)((w)->func = (f)))",
  "INIT_DELAYED_WORK(w, f) (__fs_init_work(&(w)->work), (void)((w)->work.func = (f)))",
  "INIT_DEFERRABLE_WORK(w, f) (__fs_init_work(&(w)->work), (void)((w)->work.func = (f)))",
  "timer_setup(t, f, n) (__fs_timer_setup(t), (void)((t)->function = (f)))",
  // waiting
  "wait_event(w, c) ((void)(c))",
  "wait_event_timeout(w, c, t) ({ (void)(c); __fs_wait_timeout(); })",
  "wait_event_interruptible(w, c) ({ (void)(c); __fs_wait_interruptible(); })",
  "wait_event_killable(w, c) ({ (void)(c); __fs_wait_interruptible(); })",
  "wait_event_freezable(w, c) ({ (void)(c); __fs_wait_interruptible(); })",
  "wait_event_interruptible_timeout(w, c, t) ({ (void)(c); __fs_wait_interruptible_timeout(); })",
  "wait_event_lock_irq(w, c, l) ((void)(c))",
  "wait_event_interruptible_lock_irq(w, c, l) ({ (void)(c); __fs_wait_interruptible(); })",
  "read_poll_timeout(op, val, c, s, t, b, ...) ({ (val) = op(__VA_ARGS__); (void)(c); __fs_poll(); })",
  "read_poll_timeout_atomic(op, val, c, s, t, b, ...) ({ (val) = op(__VA_ARGS__); (void)(c); __fs_poll(); })",
  "regmap_read_poll_timeout(m, a, val, c, s, t) ({ int __fs_r = regmap_read((m), (a), &(val)); (void)(c); __fs_r ? __fs_r : __fs_poll(); })",
  "regmap_field_read_poll_timeout(m, val, c, s, t) ({ int __fs_r = regmap_field_read((m), &(val)); (void)(c); __fs_r ? __fs_r : __fs_poll(); })",
  // user memory
  "access_ok(a, s) ((void)(a), (void)(s), 1)",
  "get_user(x, p) ((x) = (__typeof__(x))__fs_user_value(p), __fs_user_copy())",
  "__get_user(x, p) ((x) = (__typeof__(x))__fs_user_value(p), __fs_user_copy())",
  "put_user(x, p) __fs_user_put((p), (x))",
  "__put_user(x, p) __fs_user_put((p), (x))",
  // bits
  ...["test_bit", "set_bit", "clear_bit", "change_bit", "test_and_set_bit", "test_and_clear_bit"].flatMap(
    (n) => [
      `${n}(nr, a) __fs_${n}((nr), (a))`,
      `__${n}(nr, a) __fs_${n}((nr), (a))`,
      `${n}_lock(nr, a) __fs_${n}((nr), (a))`,
      `${n}_unlock(nr, a) __fs_${n}((nr), (a))`,
    ],
  ),
  "test_bit_acquire(nr, a) __fs_test_bit((nr), (a))",
  // file scope
  ...atFileScope(
    "EXPORT_SYMBOL EXPORT_SYMBOL_GPL EXPORT_SYMBOL_NS EXPORT_SYMBOL_NS_GPL EXPORT_TRACEPOINT_SYMBOL_GPL MODULE_LICENSE MODULE_AUTHOR MODULE_DESCRIPTION MODULE_ALIAS MODULE_VERSION MODULE_FIRMWARE MODULE_IMPORT_NS MODULE_SOFTDEP MODULE_DEVICE_TABLE MODULE_PARM_DESC MODULE_INFO MODULE_ALIAS_MISCDEV MODULE_ALIAS_CHARDEV_MAJOR MODULE_ALIAS_LDISC MODULE_ALIAS_NETPROTO MODULE_ALIAS_RPMSG MODULE_ALIAS_CRYPTO module_param module_param_named module_param_array module_param_string module_param_cb module_init module_exit late_initcall subsys_initcall arch_initcall core_initcall postcore_initcall device_initcall fs_initcall rootfs_initcall pure_initcall early_initcall console_initcall subsys_initcall_sync late_initcall_sync arch_initcall_sync device_initcall_sync machine_device_initcall machine_arch_initcall module_driver module_platform_driver module_platform_driver_probe module_i2c_driver module_spi_driver module_usb_driver module_pci_driver module_auxiliary_driver module_serdev_device_driver module_mdio_driver module_virtio_driver module_hid_driver module_phy_driver module_usb_serial_driver module_mei_cl_driver module_mcb_driver module_sdw_driver module_rpmsg_driver module_misc_device module_acpi_driver module_amba_driver module_ishtp_driver module_cxl_driver module_nvmem_layout_driver module_platform_create_bundle builtin_platform_driver builtin_platform_driver_probe builtin_i2c_driver builtin_pci_driver builtin_driver early_platform_init CLK_OF_DECLARE CLK_OF_DECLARE_DRIVER TIMER_OF_DECLARE IRQCHIP_DECLARE IRQCHIP_MATCH IRQCHIP_PLATFORM_DRIVER_BEGIN IRQCHIP_PLATFORM_DRIVER_END OF_EARLYCON_DECLARE EARLYCON_DECLARE ACPI_DECLARE_PROBE_ENTRY DECLARE_PCI_FIXUP_HEADER DECLARE_PCI_FIXUP_EARLY DECLARE_PCI_FIXUP_FINAL DECLARE_PCI_FIXUP_ENABLE DECLARE_PCI_FIXUP_RESUME DECLARE_PCI_FIXUP_RESUME_EARLY DECLARE_PCI_FIXUP_SUSPEND DECLARE_PCI_FIXUP_CLASS_HEADER DECLARE_PCI_FIXUP_CLASS_EARLY DECLARE_PCI_FIXUP_CLASS_FINAL DECLARE_USB_FUNCTION_INIT DECLARE_USB_FUNCTION ALLOW_ERROR_INJECTION __setup early_param core_param",
  ),
  ...empty(
    "__init __exit __initdata __initconst __exitdata __refdata __ref __meminit __cold __must_check __user __iomem __rcu __force __percpu __bitwise __kernel __maybe_unused __always_unused __used __read_mostly __ro_after_init __nocast __private __latent_entropy __randomize_layout __no_randomize_layout __net_init __net_exit __net_initdata __weak __pure notrace noinline noinline_for_stack asmlinkage __visible __malloc __designated_init __deprecated __cacheline_aligned __cacheline_aligned_in_smp ____cacheline_aligned ____cacheline_aligned_in_smp __hot __nonstring __noreturn __no_sanitize_address __noclone __no_kcsan noinstr nokprobe_inline __devinit __section_init __signed_wrap __flatten __ref_ok",
  ),
  "__always_inline inline",
  ...[
    "__acquires",
    "__releases",
    "__must_hold",
    "__acquire",
    "__release",
    "__cond_acquires",
    "__printf",
    "__scanf",
    "__counted_by",
    "__counted_by_le",
    "__counted_by_be",
    "__guarded_by",
    "__section",
    "__realloc_size",
    "__alloc_size",
    "__assume_aligned",
    "__diagnose_as",
    "__assume_ctx_lock",
  ].map((n) => `${n}(...)`),
  "__free(f) __attribute__((cleanup(__free_##f)))",
  "DEFINE_PER_CPU(type, name) __typeof__(type) name",
  "DEFINE_STATIC_KEY_FALSE(name) struct static_key_false name",
  "DEFINE_STATIC_KEY_TRUE(name) struct static_key_true name",
  "DEFINE_RATELIMIT_STATE(name, a, b) int name",
  "DECLARE_PER_CPU(type, name) extern __typeof__(type) name",
  "DEFINE_MUTEX(name) struct mutex name",
  "DEFINE_SPINLOCK(name) spinlock_t name",
  "DEFINE_RAW_SPINLOCK(name) raw_spinlock_t name",
  "DEFINE_RWLOCK(name) rwlock_t name",
  "DECLARE_RWSEM(name) struct rw_semaphore name",
  "DECLARE_WAIT_QUEUE_HEAD(name) wait_queue_head_t name",
  "DECLARE_COMPLETION_ONSTACK(name) struct completion name = { 0 }",
  "per_cpu(var, cpu) (*((void)(cpu), &(var)))",
  "per_cpu_ptr(ptr, cpu) ((void)(cpu), (ptr))",
  "this_cpu_ptr(ptr) (ptr)",
  "raw_cpu_ptr(ptr) (ptr)",
  "get_cpu_ptr(ptr) (ptr)",
  "put_cpu_ptr(ptr) ((void)(ptr))",
  "this_cpu_read(v) (v)",
  "this_cpu_write(v, x) ((void)((v) = (x)))",
  "this_cpu_inc(v) ((void)(v)++)",
  "this_cpu_dec(v) ((void)(v)--)",
  "this_cpu_add(v, x) ((void)((v) += (x)))",
  "for_each_possible_cpu(cpu) for ((cpu) = 0; (cpu) < 1; (cpu)++)",
  "for_each_online_cpu(cpu) for ((cpu) = 0; (cpu) < 1; (cpu)++)",
  "trace_seq_dummy 0",
];

/** Declarations of the functions that the shims call, and of those that headers make out of assembler. */
export const PRELUDE = `
typedef struct { unsigned int slock; } arch_spinlock_t;
typedef struct { unsigned int held; } arch_rwlock_t;
typedef struct seqcount_spinlock { seqcount_t seqcount; } seqcount_spinlock_t;
typedef struct seqcount_raw_spinlock { seqcount_t seqcount; } seqcount_raw_spinlock_t;
typedef struct seqcount_rwlock { seqcount_t seqcount; } seqcount_rwlock_t;
typedef struct seqcount_mutex { seqcount_t seqcount; } seqcount_mutex_t;
struct task_struct;
struct module;
void __fs_log(const void *first, ...);
void __fs_log_mild(const void *first, ...);
void __fs_bug(void) __attribute__((noreturn));
extern struct module __this_module;
struct task_struct *__fs_current(void);
extern unsigned long volatile jiffies;
unsigned long __fs_spin_lock_irqsave(void *lock);
int __fs_spin_trylock_irqsave(void *lock);
void __fs_raw_spin_lock(void *lock);
void __fs_raw_spin_unlock(void *lock);
void __fs_raw_spin_lock_irq(void *lock);
void __fs_raw_spin_unlock_irq(void *lock);
unsigned long __fs_raw_spin_lock_irqsave(void *lock);
void __fs_raw_spin_unlock_irqrestore(void *lock, unsigned long flags);
void __fs_read_lock(void *lock);
void __fs_read_unlock(void *lock);
void __fs_write_lock(void *lock);
void __fs_write_unlock(void *lock);
unsigned long __fs_read_lock_irqsave(void *lock);
void __fs_read_unlock_irqrestore(void *lock, unsigned long flags);
unsigned long __fs_write_lock_irqsave(void *lock);
void __fs_write_unlock_irqrestore(void *lock, unsigned long flags);
unsigned long __fs_local_irq_save(void);
void __fs_local_irq_restore(unsigned long flags);
void __fs_preempt_disable(void);
void __fs_preempt_enable(void);
void __fs_init_work(void *work);
void __fs_timer_setup(void *timer);
long __fs_wait_timeout(void);
int __fs_wait_interruptible(void);
long __fs_wait_interruptible_timeout(void);
int __fs_poll(void);
unsigned long __fs_user_value(const void *from);
int __fs_user_copy(void);
int __fs_user_put(const void *to, ...);
int __fs_test_bit(unsigned long nr, const volatile void *addr);
void __fs_set_bit(unsigned long nr, volatile void *addr);
void __fs_clear_bit(unsigned long nr, volatile void *addr);
void __fs_change_bit(unsigned long nr, volatile void *addr);
int __fs_test_and_set_bit(unsigned long nr, volatile void *addr);
int __fs_test_and_clear_bit(unsigned long nr, volatile void *addr);
unsigned long copy_to_user(void *to, const void *from, unsigned long n);
unsigned long copy_from_user(void *to, const void *from, unsigned long n);
unsigned long __fs_ctz(unsigned long x);
unsigned long __fs_clz(unsigned long x);
int __fs_ffs(int x);
int __fs_fls(unsigned int x);
int __fs_fls64(unsigned long x);
unsigned long __fs_no_flags(void);
int __fs_no_count(void);
unsigned char readb(const volatile void *addr);
unsigned short readw(const volatile void *addr);
unsigned int readl(const volatile void *addr);
unsigned long readq(const volatile void *addr);
void writeb(unsigned char v, volatile void *addr);
void writew(unsigned short v, volatile void *addr);
void writel(unsigned int v, volatile void *addr);
void writeq(unsigned long v, volatile void *addr);
unsigned char inb(unsigned long port);
unsigned short inw(unsigned long port);
unsigned int inl(unsigned long port);
void outb(unsigned char v, unsigned long port);
void outw(unsigned short v, unsigned long port);
void outl(unsigned int v, unsigned long port);
void insb(unsigned long port, void *to, unsigned int n);
void insw(unsigned long port, void *to, unsigned int n);
void insl(unsigned long port, void *to, unsigned int n);
void outsb(unsigned long port, const void *from, unsigned int n);
void outsw(unsigned long port, const void *from, unsigned int n);
void outsl(unsigned long port, const void *from, unsigned int n);
void udelay(unsigned long us);
void ndelay(unsigned long ns);
void mdelay(unsigned long ms);
void *memcpy(void *to, const void *from, unsigned long n);
void *memmove(void *to, const void *from, unsigned long n);
void *memset(void *to, int c, unsigned long n);
int memcmp(const void *a, const void *b, unsigned long n);
unsigned long strlen(const char *s);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, unsigned long n);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);
char *strstr(const char *a, const char *b);
char *strsep(char **s, const char *ct);
char *strcpy(char *to, const char *from);
char *strncpy(char *to, const char *from, unsigned long n);
long strscpy(char *to, const char *from, unsigned long n);
unsigned long strlcpy(char *to, const char *from, unsigned long n);
char *strcat(char *to, const char *from);
int snprintf(char *buf, unsigned long n, const char *fmt, ...);
int scnprintf(char *buf, unsigned long n, const char *fmt, ...);
int sprintf(char *buf, const char *fmt, ...);
`;

/** Typedefs of the prelude, which headers make by macros: known to the parser of every file. */
export const PRELUDE_TYPEDEFS: readonly string[] = [
  // Without a second CPU a header's have no size: two that stand side by side would be one.
  "arch_spinlock_t",
  "arch_rwlock_t",
  "seqcount_spinlock_t",
  "seqcount_raw_spinlock_t",
  "seqcount_rwlock_t",
  "seqcount_mutex_t",
];
