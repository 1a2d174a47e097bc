/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The boundary between the C of the emulated machine and what runs it. Every __fsc_ function below is implemented
 * twice: in TypeScript (emulator/shims) for the engine, and in C (test/native) so that gcc can run the same kernel.
 * The registry lets observers written in TypeScript find the machine's state; it holds no behaviour.
 */
#ifndef FOLIOSCOPE_H
#define FOLIOSCOPE_H

/* Predefined by the era's row (emulator/kernel/era.ts): FSC_ERA, its number, compared with < and >= only; FSC_ERA_IDLE, the
   refcount of an idle FS-DAX page. */

/* ---- memory: slab-like objects in the direct map; `kind` is a literal that reports name ("struct inode") ---- */
#define FSC_ZERO 1u
void *__fsc_alloc(unsigned long size, unsigned long align, unsigned int flags, const char *kind);
void __fsc_free(const void *p); /* later access is a use after free; freeing twice is a double free */
unsigned long __fsc_alloc_size(const void *p); /* of a live object */
/* Makes [start_pfn, start_pfn + nr) exist: the direct map (zeroed) and, when with_memmap, their struct pages
 * (uninitialised: memremap/boot code writes them). Anything else in vmemmap faults. */
void __fsc_add_memory(unsigned long start_pfn, unsigned long nr, int with_memmap);
void __fsc_remove_memory(unsigned long start_pfn, unsigned long nr);
/* Writes to this object become events: "pte" for a page of page-table entries, "xarray" for an xarray's table. */
void __fsc_watch(const void *p, unsigned long size, const char *kind);

/* ---- checks. `text` is the condition as written; the engine knows the place from the call. Returns cond. ---- */
int __fsc_warn(int cond, const char *text);          /* WARN_ON and VM_WARN_ON family */
int __fsc_warn_once(int cond, const char *text);     /* the engine records each firing, "once" is per place and run */
void __fsc_bug(int cond, const char *text);          /* BUG_ON and VM_BUG_ON family: stops the task when cond */
void __fsc_bad_page(unsigned long pfn, const char *why); /* mm/page_alloc.c bad_page(): a report, not a stop */
int __fsc_printk(const char *fmt, ...);

/* ---- tasks. Scheduling is run-to-block unless a strategy decides otherwise at __fsc_point(). ---- */
int __fsc_task_create(const char *name, void (*fn)(void *), void *arg); /* returns a task id > 0, runnable */
void __fsc_task_join(int id);
int __fsc_current(void);               /* id of the running task, 0 is the scenario's first task */
void __fsc_point(const char *what);    /* a place where another task may run */
void __fsc_might_sleep(const char *what); /* the task may sleep here, which is reported where it must not */
void __fsc_sleep(const void *key);     /* blocks the task until __fsc_wake(key) */
int __fsc_wake(const void *key, int nr); /* wakes up to nr sleepers of key (nr <= 0: all), returns how many */

/* ---- locks: state is kept by the runner and keyed by address; misuse is a typed stop ---- */
enum fsc_lock_mode {
	FSC_LOCK_EXCL = 0,
	FSC_LOCK_SHARED = 1,
	FSC_LOCK_SPIN = 2,  /* besides: who holds it must not sleep, and who takes it does not */
	FSC_LOCK_QUICK = 4, /* besides: who takes it does not sleep */
};
void __fsc_lock(const void *lock, int mode, const char *name);
int __fsc_trylock(const void *lock, int mode, const char *name);
void __fsc_unlock(const void *lock, int mode, const char *name);
int __fsc_lock_held(const void *lock, int mode); /* by the current task; mode EXCL: exclusively */

/* A barrier, which nothing is without a runner that lets stores be seen late. */
enum fsc_order { FSC_ORDER_ALL = 0, FSC_ORDER_READS = 1, FSC_ORDER_WRITES = 2 };
void __fsc_order(int order);

/* ---- what a scenario tells the observers ---- */
void __fsc_step(const char *fmt, ...);     /* "munmap A[0..1)": names what the following events belong to */
void __fsc_quiesce(const char *fmt, ...);  /* a quiescent point: every count is recomputed and compared */
void __fsc_event(const char *kind, const char *fmt, ...); /* an event no memory write shows: "tlb-flush", "cache-flush", "block-free" */
void __fsc_unmodelled(const char *what);   /* the scenario or the reference kernel cannot go on honestly */
int __fsc_param(const char *name, int otherwise); /* scenario parameter, e.g. "order" (0 or 9), "index" */
/* Fault injection: true when the scenario asked site `name` to fail this time. */
int __fsc_fail(const char *name);
/* What may happen and is no failing allocation: a signal, an I/O error. Its names begin so, and only who explores faults
 * lets it happen: no scenario's own __fsc_fail_nth() counts it. */
#define FSC_FAULT "fault:"
/* Arms one failure: of the calls of __fsc_fail from here on the nth says "fail". Counted are those whose name begins with
 * `site`, or with "!" before it those whose name does not; "" is every call. 0 disarms. Returns whether the failure
 * armed before is still to come. */
int __fsc_fail_nth(const char *site, int nth);
/* Whether a function is the reference kernel's own: 0 when the patch or a kernel tree provides it. */
int __fsc_is_reference(const void *function);

/* ---- registry ---- */
struct mm_struct;
struct inode;
struct dev_pagemap;
struct vm_area_struct;

#define FSC_MAX_MM 4
#define FSC_MAX_INODE 6
#define FSC_MAX_PGMAP 4
#define FSC_MAX_PIN 16

struct fsc_pin { /* one GUP/pin by "DMA": references that someone holds and will drop */
	unsigned long pfn;
	unsigned long nr_pages;
	unsigned int refs; /* references on the folio that this pin holds, 0: slot is free */
	const char *who;
};

struct fsc_registry {
	struct mm_struct *mms[FSC_MAX_MM];
	struct inode *inodes[FSC_MAX_INODE];
	struct dev_pagemap *pgmaps[FSC_MAX_PGMAP];
	struct fsc_pin pins[FSC_MAX_PIN];
	unsigned long zero_pfn;       /* the 4 KiB zero page */
	unsigned long huge_zero_pfn;  /* head of the huge zero folio, 0 when there is none */
	unsigned long pmem_start_pfn; /* file blocks: block b lives at pmem_start_pfn + b */
	unsigned long pmem_nr_pages;
	unsigned long ram_nr_pages;   /* pfns [0, ram_nr_pages) are RAM with struct pages */
	unsigned int *block_refs;     /* per block: how many file extents own it (reflink: > 1); 0 is free */
	unsigned long *dirty_lines;   /* per block, a bit for 64 bytes: stored to by a program and not written back since */
};
extern struct fsc_registry fsc_registry;

/* A scenario: entered with a fresh machine; FSC_SCENARIO makes it known by name. `params` is a catalogue line such as
 * "order=0,9 index=0,7": the cross product is run. */
struct fsc_scenario {
	const char *name;
	const char *title;
	const char *params;
	void (*run)(void);
};

#endif
