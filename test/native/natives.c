// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * folioscope.h in plain C for gcc: the same kernel C that the engine runs, run natively. Memory is mmap'ed at fixed
 * addresses, tasks are ucontexts that run until they block, locks are kept by address. Prints one line for each event.
 * Leaves out what only the engine can see: uninitialised reads, accesses beyond an object (freed objects are filled and
 * never reused, so that a use of them shows).
 *
 *   native list | native SCENARIO [name=value]...      "fail_SITE=n" makes the next n calls of that site fail,
 *                                                      "seed=n" switches tasks at points, "quiet=1" prints no references
 */
#define _GNU_SOURCE
#include <execinfo.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>
#include "../../emulator/reference/include/folioscope.h"

#define MAX_TASK 16
#define STACK (512 << 10)
#define MAX_LOCK 512
#define MAX_NAMED 64

struct task {
	char name[48];
	void (*fn)(void *);
	void *arg;
	ucontext_t ctx;
	enum { UNUSED, RUNNABLE, SLEEPING, JOINING, DONE } state;
	const void *key;
	const char *why;
	int join;
};
static struct task tasks[MAX_TASK];
static int nr_tasks, running;
static ucontext_t scheduler;

struct lock {
	const void *at;
	char name[64];
	int owner, readers[MAX_TASK];
};
static struct lock locks[MAX_LOCK];
static int nr_locks;

struct named {
	char name[48];
	int value;
};
static struct named params[MAX_NAMED], failures[MAX_NAMED];
static int nr_params, nr_failures, quiet;
static unsigned long seed;
static int warnings, bad_pages, stopped;

void fsc_boot(void);
void fsc_inspect(const char *when, int recount); /* inspect.c */
extern const struct fsc_scenario *const fsc_scenarios[];

static void line(const char *kind, const char *fmt, va_list ap)
{
	printf("%s[%s] %s: ", "", tasks[running].name, kind);
	vprintf(fmt, ap);
	printf("\n");
}

static void say(const char *kind, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	line(kind, fmt, ap);
	va_end(ap);
}

static void finish(int code)
{
	fflush(stdout);
	_exit(code);
}

static void back_trace(void)
{
	void *frames[24];
	int n;

	if (!getenv("FSC_BACKTRACE"))
		return;
	fflush(stdout);
	n = backtrace(frames, 24);
	backtrace_symbols_fd(frames + 2, n > 2 ? n - 2 : 0, 1);
}

static void stop(const char *kind, const char *what)
{
	say(kind, "%s", what);
	back_trace();
	stopped = 1;
	finish(3);
}

static void on_fault(int sig, siginfo_t *info, void *ctx)
{
	char text[96];

	(void)ctx;
	snprintf(text, sizeof(text), "signal %d at %p", sig, info->si_addr);
	stop("fault", text);
}

/* ---- tasks ---- */

static void to_scheduler(void)
{
	swapcontext(&tasks[running].ctx, &scheduler);
}

static void trampoline(int id)
{
	tasks[id].fn(tasks[id].arg);
	tasks[id].state = DONE;
	for (int i = 0; i < nr_tasks; i++)
		if (tasks[i].state == JOINING && tasks[i].join == id)
			tasks[i].state = RUNNABLE;
	to_scheduler();
}

int __fsc_task_create(const char *name, void (*fn)(void *), void *arg)
{
	struct task *t = &tasks[nr_tasks];

	if (nr_tasks == MAX_TASK)
		stop("unmodelled", "too many tasks");
	snprintf(t->name, sizeof(t->name), "%s", name);
	t->fn = fn;
	t->arg = arg;
	getcontext(&t->ctx);
	t->ctx.uc_stack.ss_sp = malloc(STACK);
	t->ctx.uc_stack.ss_size = STACK;
	t->ctx.uc_link = NULL;
	makecontext(&t->ctx, (void (*)(void))trampoline, 1, nr_tasks);
	t->state = RUNNABLE;
	return nr_tasks++;
}

void __fsc_task_join(int id)
{
	while (tasks[id].state != DONE) {
		tasks[running].state = JOINING;
		tasks[running].join = id;
		to_scheduler();
	}
}

int __fsc_current(void)
{
	return running;
}

static unsigned long next_random(void)
{
	seed = seed * 6364136223846793005UL + 1442695040888963407UL;
	return seed >> 33;
}

void __fsc_point(const char *what)
{
	(void)what;
	if (seed && nr_tasks > 1 && next_random() % 3 == 0)
		to_scheduler();
}

void __fsc_sleep(const void *key)
{
	tasks[running].state = SLEEPING;
	tasks[running].key = key;
	tasks[running].why = "sleep";
	to_scheduler();
}

int __fsc_wake(const void *key, int nr)
{
	int woken = 0;

	for (int i = 0; i < nr_tasks; i++)
		if (tasks[i].state == SLEEPING && tasks[i].key == key && (nr <= 0 || woken < nr)) {
			tasks[i].state = RUNNABLE;
			woken++;
		}
	return woken;
}

/* Run to block: the running task goes on; else the next runnable one in turn (or, with a seed, any). */
static int schedule_all(void)
{
	for (;;) {
		int pick = -1, alive = 0;

		for (int i = 1; i <= nr_tasks; i++) {
			int t = (running + i - 1) % nr_tasks;

			if (tasks[t].state == RUNNABLE && (pick < 0 || (seed && next_random() % 2)))
				pick = t;
			alive += tasks[t].state == SLEEPING || tasks[t].state == JOINING;
		}
		if (pick >= 0) {
			running = pick;
			swapcontext(&scheduler, &tasks[pick].ctx);
			continue;
		}
		for (int i = 0; i < nr_tasks; i++)
			if (tasks[i].state == SLEEPING || tasks[i].state == JOINING)
				printf("stuck: task %s %s\n", tasks[i].name,
				       tasks[i].state == JOINING ? "joins" : tasks[i].why);
		return alive;
	}
}

/* ---- locks ---- */

static int nr_readers(const struct lock *l)
{
	int n = 0;

	for (int i = 0; i < MAX_TASK; i++)
		n += l->readers[i];
	return n;
}

static struct lock *lock_of(const void *at, const char *name)
{
	for (int i = 0; i < nr_locks; i++)
		if (locks[i].at == at)
			return &locks[i];
	for (int i = 0; i < nr_locks; i++)
		if (locks[i].owner < 0 && !nr_readers(&locks[i])) {
			locks[i].at = at; /* state of a free lock is nothing: its slot can serve another */
			snprintf(locks[i].name, sizeof(locks[i].name), "%s", name);
			return &locks[i];
		}
	if (nr_locks == MAX_LOCK)
		stop("unmodelled", "too many locks");
	locks[nr_locks].at = at;
	locks[nr_locks].owner = -1;
	snprintf(locks[nr_locks].name, sizeof(locks[nr_locks].name), "%s", name);
	return &locks[nr_locks++];
}

int __fsc_trylock(const void *lock, int mode, const char *name)
{
	struct lock *l = lock_of(lock, name);

	if (l->owner >= 0 || (mode == FSC_LOCK_EXCL && nr_readers(l)))
		return 0;
	if (mode == FSC_LOCK_EXCL)
		l->owner = running;
	else
		l->readers[running]++;
	return 1;
}

void __fsc_lock(const void *lock, int mode, const char *name)
{
	struct lock *l = lock_of(lock, name);

	if (l->owner == running || (mode == FSC_LOCK_EXCL && l->readers[running]))
		stop("lock-misuse", name);
	__fsc_point(name);
	while (!__fsc_trylock(lock, mode, name)) {
		tasks[running].state = SLEEPING;
		tasks[running].key = lock;
		tasks[running].why = name;
		to_scheduler();
	}
}

void __fsc_unlock(const void *lock, int mode, const char *name)
{
	struct lock *l = lock_of(lock, name);

	if (mode == FSC_LOCK_EXCL ? l->owner != running : !l->readers[running])
		stop("lock-misuse", name);
	if (mode == FSC_LOCK_EXCL)
		l->owner = -1;
	else
		l->readers[running]--;
	__fsc_wake(lock, 0);
}

int __fsc_lock_held(const void *lock, int mode)
{
	struct lock *l = lock_of(lock, "asked");

	return l->owner == running || (mode == FSC_LOCK_SHARED && l->readers[running] > 0);
}

/* ---- memory ---- */

static void map_at(unsigned long at, unsigned long size, int fill)
{
	unsigned long from = at & ~4095UL, to = (at + size + 4095) & ~4095UL;
	void *p = mmap((void *)from, to - from, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	if (p == MAP_FAILED) {
		perror("mmap");
		finish(4);
	}
	if (fill)
		memset((void *)at, fill, size);
}

void __fsc_add_memory(unsigned long start_pfn, unsigned long nr, int with_memmap)
{
	map_at(PAGE_OFFSET + start_pfn * 4096, nr * 4096, 0);
	if (with_memmap)
		map_at(VMEMMAP_START + start_pfn * 64, nr * 64, 0x5a);
}

void __fsc_remove_memory(unsigned long start_pfn, unsigned long nr)
{
	munmap((void *)(PAGE_OFFSET + start_pfn * 4096), nr * 4096);
	munmap((void *)(VMEMMAP_START + start_pfn * 64), nr * 64);
}

struct object {
	unsigned long size, freed;
	const char *kind;
	unsigned long pad;
};

void *__fsc_alloc(unsigned long size, unsigned long align, unsigned int flags, const char *kind)
{
	struct object *o;
	char *p;

	if (align < 16)
		align = 16;
	p = aligned_alloc(align < 64 ? 64 : align, (size + 128 + 63) & ~63UL);
	o = (struct object *)p;
	p += 64;
	o->size = size;
	o->freed = 0;
	o->kind = kind;
	memset(p, flags & FSC_ZERO ? 0 : 0xa5, size);
	return p;
}

void __fsc_free(const void *ptr)
{
	struct object *o = (struct object *)((char *)ptr - 64);

	if (o->freed)
		stop("double-free", o->kind);
	o->freed = 1;
	memset((void *)ptr, 0x6b, o->size);
}

void __fsc_watch(const void *p, unsigned long size, const char *kind)
{
	(void)p;
	(void)size;
	(void)kind;
}

/* ---- checks and messages ---- */

int __fsc_warn(int cond, const char *text)
{
	if (cond) {
		warnings++;
		say("warn", "%s", text);
		back_trace();
	}
	return cond;
}

int __fsc_warn_once(int cond, const char *text)
{
	return __fsc_warn(cond, text);
}

void __fsc_bug(int cond, const char *text)
{
	if (cond)
		stop("bug", text);
}

void __fsc_bad_page(unsigned long pfn, const char *why)
{
	bad_pages++;
	say("bad-page", "pfn %lx: %s", pfn, why);
	back_trace();
}

int __fsc_printk(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	printf("[%s] printk: ", tasks[running].name);
	vprintf(fmt, ap);
	if (!*fmt || fmt[strlen(fmt) - 1] != '\n')
		printf("\n");
	va_end(ap);
	return 0;
}

void __fsc_step(const char *fmt, ...)
{
	va_list ap;

	fsc_inspect("", 0);
	va_start(ap, fmt);
	line("step", fmt, ap);
	va_end(ap);
}

void __fsc_quiesce(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	line("quiesce", fmt, ap);
	va_end(ap);
	fsc_inspect("", 1);
}

void __fsc_event(const char *kind, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	line(kind, fmt, ap);
	va_end(ap);
}

void __fsc_unmodelled(const char *what)
{
	stop("unmodelled", what);
}

static struct named *find_named(struct named *table, int n, const char *name)
{
	for (int i = 0; i < n; i++)
		if (!strcmp(table[i].name, name))
			return &table[i];
	return NULL;
}

int __fsc_param(const char *name, int otherwise)
{
	struct named *p = find_named(params, nr_params, name);

	return p ? p->value : otherwise;
}

int __fsc_fail(const char *name)
{
	struct named *f = find_named(failures, nr_failures, name);

	return tasks[running].name[0] != '(' && f && f->value > 0 && f->value--; /* boot never fails */
}

/* The kernel's tracepoint page_ref_mod and its kin, for pages of the device. */
struct page;
void fsc_trace_page_ref(const struct page *page, const char *op, int v, int now)
{
	unsigned long pfn = ((unsigned long)page - VMEMMAP_START) / 64;

	if (!quiet && fsc_registry.pgmaps[0] && tasks[running].name[0] != '(' && pfn >= fsc_registry.pmem_start_pfn)
		say("page_ref", "%s pfn +%lx %+d -> %d", op, pfn - fsc_registry.pmem_start_pfn, v, now);
}

/* What the harness says itself, for inspect.c. */
void fsc_say(const char *kind, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	line(kind, fmt, ap);
	va_end(ap);
}
int fsc_mismatches;

/* ---- the run ---- */

static const struct fsc_scenario *chosen;

static void first_task(void *arg)
{
	(void)arg;
	strcpy(tasks[0].name, "(boot)");
	fsc_boot();
	strcpy(tasks[0].name, "main");
	fsc_inspect("boot", 0);
	chosen->run();
	fsc_inspect("end", 0);
}

int main(int argc, char **argv)
{
	struct sigaction sa = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK };
	stack_t alt = { .ss_sp = malloc(65536), .ss_size = 65536 };
	int alive;

	setvbuf(stdout, NULL, _IOFBF, 1 << 16);
	if (argc < 2 || !strcmp(argv[1], "list")) {
		for (int i = 0; fsc_scenarios[i]; i++)
			printf("%s\t%s\t%s\n", fsc_scenarios[i]->name, fsc_scenarios[i]->params, fsc_scenarios[i]->title);
		return 0;
	}
	for (int i = 0; fsc_scenarios[i]; i++)
		if (!strcmp(fsc_scenarios[i]->name, argv[1]))
			chosen = fsc_scenarios[i];
	if (!chosen) {
		fprintf(stderr, "no scenario %s\n", argv[1]);
		return 2;
	}
	for (int i = 2; i < argc; i++) {
		char *eq = strchr(argv[i], '=');
		struct named *n;

		if (!eq)
			continue;
		n = &params[nr_params++];
		snprintf(n->name, sizeof(n->name), "%.*s", (int)(eq - argv[i]), argv[i]);
		n->value = atoi(eq + 1);
		if (!strncmp(n->name, "fail_", 5)) {
			strcpy(failures[nr_failures].name, n->name + 5);
			failures[nr_failures++].value = n->value;
		}
	}
	seed = __fsc_param("seed", 0);
	quiet = __fsc_param("quiet", 0);
	sigaltstack(&alt, NULL);
	sigaction(SIGSEGV, &sa, NULL);
	sigaction(SIGBUS, &sa, NULL);

	__fsc_task_create("(boot)", first_task, NULL);
	alive = schedule_all();
	for (int i = 0; i < nr_locks; i++)
		if (locks[i].owner >= 0 || nr_readers(&locks[i]))
			printf("held at the end: %s\n", locks[i].name);
	printf("end: %d warnings, %d bad pages, %d mismatches, %d stuck\n", warnings, bad_pages, fsc_mismatches, alive);
	finish(warnings || bad_pages || fsc_mismatches || alive ? 1 : 0);
}
