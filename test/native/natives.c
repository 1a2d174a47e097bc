// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * folioscope.h in plain C for gcc: the same kernel C that the engine runs, run natively. Memory is mmap'ed at fixed
 * addresses, tasks are ucontexts scheduled as emulator/sched/scheduler.ts does, locks are kept by address. Prints one
 * line for each event, in the form that test/native/events.ts gives the engine's. Leaves out what only the engine can
 * see: uninitialised reads, reads of freed objects (they are filled and never reused, so that a use of them shows).
 *
 *   native list       scenarios: name, parameters, title
 *   native run        runs each case that standard input names ("SCENARIO name=value ..."), each in a child of the booted
 *                     kernel; "fail_SITE=n" makes the next n calls of that site fail, "seed=n" switches tasks at points
 */
#define _GNU_SOURCE
#include <printf.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>
#include "../../emulator/reference/include/folioscope.h"
#include "harness.h"

#define MAX_LOCK 4096
#define MAX_NAMED 64

struct task {
	char name[48];
	void (*fn)(void *);
	void *arg;
	ucontext_t ctx;
	enum { UNUSED, RUNNABLE, SLEEPING, DONE } state;
	const void *key;
};
static struct task tasks[MAX_TASK];
static int nr_tasks, running;
static ucontext_t scheduler;
static enum { START, POINT, BLOCK, EXIT } why;

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
static struct named params[MAX_NAMED];
static int nr_params;
static uint32_t seed;
static int seeded;

void fsc_boot(void);
extern const struct fsc_scenario *const fsc_scenarios[];

int fsc_running_task(void)
{
	return running;
}

static void finish(void)
{
	rec_ran();
	fflush(stdout);
	_exit(0);
}

/* How a run ends otherwise than by its scenario's return. The events so far are complete. */
void fsc_stop(const char *kind, const char *what)
{
	static int stopping;

	if (!stopping++)
		rec_settle();
	printf("end %s: %s\n", kind, what);
	finish();
}

static void on_signal(int sig, siginfo_t *info, void *ctx)
{
	char text[96];

	(void)ctx;
	if (sig == SIGALRM)
		fsc_stop("limit", "the case takes more than ten seconds");
	snprintf(text, sizeof(text), "signal %d at %s", sig, rec_value((unsigned long)info->si_addr));
	fsc_stop("fault", text);
}

/* ---- tasks ---- */

static const char join_key[1];

static void to_scheduler(int reason)
{
	why = reason;
	rec_settle();
	swapcontext(&tasks[running].ctx, &scheduler);
}

static void trampoline(int id)
{
	tasks[id].fn(tasks[id].arg);
	tasks[id].state = DONE;
	__fsc_wake(join_key, 0);
	to_scheduler(EXIT);
}

static int new_task(const char *name, void (*fn)(void *), void *arg)
{
	struct task *t = &tasks[nr_tasks];

	if (nr_tasks == MAX_TASK)
		fsc_stop("unmodelled", "too many tasks");
	snprintf(t->name, sizeof(t->name), "%s", name);
	t->fn = fn;
	t->arg = arg;
	getcontext(&t->ctx);
	t->ctx.uc_stack.ss_sp = (void *)(STACKS_START + nr_tasks * STACK_SIZE);
	t->ctx.uc_stack.ss_size = STACK_SIZE;
	t->ctx.uc_link = NULL;
	makecontext(&t->ctx, (void (*)(void))trampoline, 1, nr_tasks);
	t->state = RUNNABLE;
	return nr_tasks++;
}

int __fsc_task_create(const char *name, void (*fn)(void *), void *arg)
{
	int id = new_task(name, fn, arg);

	rec_event(CALLER, "task created %s", name);
	return id;
}

static void sleep_on(const unsigned long *caller, const void *key)
{
	tasks[running].state = SLEEPING;
	tasks[running].key = key;
	rec_event(caller, "task sleeps");
	to_scheduler(BLOCK);
}

void __fsc_task_join(int id)
{
	while (tasks[id].state != DONE)
		sleep_on(CALLER, join_key);
}

int __fsc_current(void)
{
	return running;
}

/* As Prng of emulator/sched/scheduler.ts. */
static uint32_t next_random(void)
{
	uint32_t z;

	seed += 0x9e3779b9u;
	z = seed;
	z = (z ^ (z >> 16)) * 0x21f0aaadu;
	z = (z ^ (z >> 15)) * 0x735a2d97u;
	return z ^ (z >> 15);
}

void __fsc_order(int order)
{
	(void)order;
}

#define MAX_POINTS 200000

/* A run that passes so many places is not going anywhere: tasks wait for each other without sleeping. */
void __fsc_point(const char *what)
{
	static int passed;

	(void)what;
	if (passed++ == MAX_POINTS)
		fsc_stop("limit", "too many scheduling points");
	to_scheduler(POINT);
}

void __fsc_sleep(const void *key)
{
	sleep_on(CALLER, key);
}

static int wake(const void *key, int nr)
{
	int woken = 0;

	for (int i = 0; i < nr_tasks; i++)
		if (tasks[i].state == SLEEPING && tasks[i].key == key && (nr <= 0 || woken < nr)) {
			tasks[i].state = RUNNABLE;
			woken++;
		}
	return woken;
}

int __fsc_wake(const void *key, int nr)
{
	int woken = wake(key, nr);

	if (woken && key != join_key)
		rec_event(CALLER, "task woken %d", woken);
	return woken;
}

/* Run to block: the running task goes on where it can, else the lowest runnable one; with a seed, any. -1: none can. */
static int choose(void)
{
	int runnable[MAX_TASK], nr = 0, goes_on = 0;

	for (int i = 0; i < nr_tasks; i++)
		if (tasks[i].state == RUNNABLE) {
			runnable[nr++] = i;
			goes_on |= i == running;
		}
	if (nr < 2)
		return nr ? runnable[0] : -1;
	if (seeded)
		return runnable[next_random() % nr];
	return goes_on && (why == START || why == POINT) ? running : runnable[0];
}

/* Until the first task is done or every task sleeps. Then, as the engine does, what can still run, lowest first. */
static int schedule_all(void)
{
	int asleep = 0;

	why = START;
	while (tasks[0].state != DONE) {
		int pick = choose();

		if (pick < 0)
			return -1;
		running = pick;
		swapcontext(&scheduler, &tasks[pick].ctx);
	}
	for (int i = 0; i < nr_tasks; i++)
		if (tasks[i].state == RUNNABLE) {
			running = i;
			swapcontext(&scheduler, &tasks[i].ctx);
			i = -1;
		}
	for (int i = 0; i < nr_tasks; i++)
		asleep += tasks[i].state != DONE;
	return asleep;
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
	if (nr_locks == MAX_LOCK)
		fsc_stop("unmodelled", "too many locks");
	locks[nr_locks].at = at;
	locks[nr_locks].owner = -1;
	snprintf(locks[nr_locks].name, sizeof(locks[nr_locks].name), "%s", name);
	return &locks[nr_locks++];
}

int __fsc_trylock(const void *lock, int mode, const char *name)
{
	struct lock *l = lock_of(lock, name);

	if (l->owner >= 0 || (!(mode & FSC_LOCK_SHARED) && nr_readers(l)))
		return 0;
	if (!(mode & FSC_LOCK_SHARED))
		l->owner = running;
	else
		l->readers[running]++;
	return 1;
}

/* Nothing is reported here: the reference kernel does not sleep so. */
void __fsc_might_sleep(const char *what)
{
	(void)what;
}

void __fsc_lock(const void *lock, int mode, const char *name)
{
	struct lock *l = lock_of(lock, name);

	for (;;) {
		if (l->owner == running || (!(mode & FSC_LOCK_SHARED) && l->readers[running]))
			fsc_stop("lock-misuse", name);
		if (__fsc_trylock(lock, mode, name))
			return;
		sleep_on(CALLER, lock);
	}
}

void __fsc_unlock(const void *lock, int mode, const char *name)
{
	struct lock *l = lock_of(lock, name);

	if (!(mode & FSC_LOCK_SHARED) ? l->owner != running : !l->readers[running])
		fsc_stop("lock-misuse", name);
	if (!(mode & FSC_LOCK_SHARED))
		l->owner = -1;
	else
		l->readers[running]--;
	wake(lock, 0);
}

int __fsc_lock_held(const void *lock, int mode)
{
	struct lock *l = lock_of(lock, "asked");

	return l->owner == running || ((mode & FSC_LOCK_SHARED) && l->readers[running] > 0);
}

/* ---- memory ---- */

static void map_at(unsigned long at, unsigned long size, int fill)
{
	unsigned long from = at & ~4095UL, to = (at + size + 4095) & ~4095UL;
	void *p = mmap((void *)from, to - from, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED) {
		perror("mmap");
		exit(4);
	}
	if (fill)
		memset((void *)at, fill, size);
}

void __fsc_add_memory(unsigned long start_pfn, unsigned long nr, int with_memmap)
{
	map_at(PAGE_OFFSET + start_pfn * 4096, nr * 4096, 0);
	if (!with_memmap)
		return;
	map_at(VMEMMAP_START + start_pfn * 64, nr * 64, 0x5a);
	rec_add_pages(start_pfn, nr);
}

void __fsc_remove_memory(unsigned long start_pfn, unsigned long nr)
{
	rec_remove_pages(start_pfn, nr);
	munmap((void *)(PAGE_OFFSET + start_pfn * 4096), nr * 4096);
	munmap((void *)(VMEMMAP_START + start_pfn * 64), nr * 64);
}

static unsigned long heap_top = HEAP_START + 4096;

void *__fsc_alloc(unsigned long size, unsigned long align, unsigned int flags, const char *kind)
{
	unsigned long at;

	if (align < 16)
		align = 16;
	at = (heap_top + 16 + align - 1) & ~(align - 1);
	heap_top = at + size + 16;
	if (heap_top > HEAP_START + HEAP_SIZE)
		fsc_stop("limit", "no heap left");
	memset((void *)at, flags & FSC_ZERO ? 0 : 0xa5, size);
	kind = kind && *kind ? kind : "object";
	rec_object(at, size, kind);
	if (!strcmp(kind, "xa_slots"))
		rec_watch(at, size, "xarray");
	return (void *)at;
}

void __fsc_free(const void *p)
{
	if (p)
		rec_freed((unsigned long)p);
}

unsigned long __fsc_alloc_size(const void *ptr)
{
	return rec_size((unsigned long)ptr);
}

void __fsc_watch(const void *p, unsigned long size, const char *kind)
{
	rec_watch((unsigned long)p, size, kind);
}

/* ---- checks and messages ---- */

int __fsc_warn(int cond, const char *text)
{
	if (cond)
		rec_event(CALLER, "warn %s", text);
	return cond;
}

int __fsc_warn_once(int cond, const char *text)
{
	if (cond)
		rec_event(CALLER, "warn %s", text);
	return cond;
}

void __fsc_bug(int cond, const char *text)
{
	if (cond)
		fsc_stop("bug", text);
}

void __fsc_bad_page(unsigned long pfn, const char *why)
{
	rec_event(CALLER, "bad-page %lx %s", pfn, why);
}

/* %p prints what a pointer points to. */
static int print_pointer(FILE *to, const struct printf_info *info, const void *const *args)
{
	(void)info;
	return fprintf(to, "%s", rec_value(*(unsigned long *)args[0]));
}

static int pointer_size(const struct printf_info *info, size_t n, int *types, int *sizes)
{
	(void)info;
	if (n) {
		types[0] = PA_POINTER;
		sizes[0] = sizeof(void *);
	}
	return 1;
}

/* A formatted event; the text keeps to one line. */
#define FORMATTED(kind)                                               \
	do {                                                          \
		char text[512];                                       \
		va_list ap;                                           \
                                                                      \
		va_start(ap, fmt);                                    \
		vsnprintf(text, sizeof(text), fmt, ap);               \
		va_end(ap);                                           \
		for (char *p = text; (p = strchr(p, '\n'));)          \
			*p = p[1] ? '|' : '\0';                       \
		rec_event(CALLER, "%s %s", kind, text);               \
	} while (0)

int __fsc_printk(const char *fmt, ...)
{
	FORMATTED("printk");
	return 0;
}

void __fsc_step(const char *fmt, ...)
{
	rec_step();
	FORMATTED("step");
}

void __fsc_quiesce(const char *fmt, ...)
{
	rec_step();
	FORMATTED("quiesce");
	fsc_recount();
}

void __fsc_event(const char *kind, const char *fmt, ...)
{
	FORMATTED(kind);
}

void __fsc_unmodelled(const char *what)
{
	fsc_stop("unmodelled", what);
}

static struct named *find_param(const char *name)
{
	for (int i = 0; i < nr_params; i++)
		if (!strcmp(params[i].name, name))
			return &params[i];
	return NULL;
}

int __fsc_param(const char *name, int otherwise)
{
	struct named *p = find_param(name);

	return p ? p->value : otherwise;
}

int __fsc_is_reference(const void *function)
{
	(void)function;
	return 1;
}

static int fail_nth;
static const char *fail_site = "";

int __fsc_fail_nth(const char *site, int nth)
{
	int left = fail_nth;

	fail_site = site;
	fail_nth = nth;
	return left > 0;
}

static int is_fail_site(const char *name)
{
	const char *site = fail_site[0] == '!' ? fail_site + 1 : fail_site;

	return (strncmp(name, site, strlen(site)) == 0) != (fail_site[0] == '!');
}

int __fsc_fail(const char *name)
{
	static int left[MAX_NAMED], counted;
	char site[56];
	struct named *f;

	if (!strncmp(name, FSC_FAULT, strlen(FSC_FAULT)))
		return 0;
	if (fail_nth > 0 && is_fail_site(name) && --fail_nth == 0) {
		rec_event(CALLER, "injected-failure %s", name);
		return 1;
	}
	snprintf(site, sizeof(site), "fail_%s", name);
	f = find_param(site);
	if (!f)
		return 0;
	for (; counted < nr_params; counted++)
		left[counted] = params[counted].value;
	return left[f - params] > 0 && left[f - params]--;
}

/* ---- the run ---- */

static const struct fsc_scenario *chosen;

static void boot(void *arg)
{
	(void)arg;
	fsc_boot();
}

static void first_task(void *arg)
{
	(void)arg;
	chosen->run();
}

static void boot_kernel(void)
{
	map_at(HEAP_START, HEAP_SIZE, 0);
	map_at(STACKS_START, MAX_TASK * STACK_SIZE, 0);
	new_task("boot", boot, NULL);
	if (schedule_all())
		fsc_stop("unmodelled", "the boot does not end");
	nr_tasks = 0;
	nr_locks = 0;
	running = 0;
}

static void run_case(void)
{
	int asleep;

	rec_start();
	new_task("user", first_task, NULL);
	asleep = schedule_all();
	rec_check();
	if (asleep < 0) {
		rec_note("end deadlock");
		finish();
	}
	rec_note("end completed");
	for (int i = 0; i < nr_tasks; i++)
		if (tasks[i].state != DONE)
			rec_note("asleep %s", tasks[i].name);
	for (int i = 0; i < nr_locks; i++) {
		if (locks[i].owner >= 0)
			rec_note("held %s by %s", locks[i].name, tasks[locks[i].owner].name);
		for (int t = 0; t < MAX_TASK; t++)
			if (locks[i].readers[t])
				rec_note("held %s by %s", locks[i].name, tasks[t].name);
	}
	finish();
}

/* "SCENARIO name=value ..." */
static void read_case(char *text)
{
	char *word = strtok(text, " \n");

	for (int i = 0; word && fsc_scenarios[i]; i++)
		if (!strcmp(fsc_scenarios[i]->name, word))
			chosen = fsc_scenarios[i];
	if (!chosen) {
		fprintf(stderr, "no scenario %s\n", word ? word : "");
		_exit(2);
	}
	while ((word = strtok(NULL, " \n"))) {
		char *eq = strchr(word, '=');

		if (!eq || nr_params == MAX_NAMED)
			continue;
		snprintf(params[nr_params].name, sizeof(params[0].name), "%.*s", (int)(eq - word), word);
		params[nr_params++].value = atoi(eq + 1);
	}
	seed = (uint32_t)__fsc_param("seed", 0);
	seeded = seed != 0;
}

static void catch_signals(void)
{
	struct sigaction sa = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK };
	stack_t alt = { .ss_sp = malloc(65536), .ss_size = 65536 };

	sigaltstack(&alt, NULL);
	sigaction(SIGSEGV, &sa, NULL);
	sigaction(SIGBUS, &sa, NULL);
	sigaction(SIGALRM, &sa, NULL);
}

int main(int argc, char **argv)
{
	static char line[512];
	int status;

	setvbuf(stdout, NULL, _IOFBF, 1 << 18);
	if (argc != 2 || strcmp(argv[1], "run")) {
		for (int i = 0; fsc_scenarios[i]; i++)
			printf("%s\t%s\t%s\n", fsc_scenarios[i]->name, fsc_scenarios[i]->params, fsc_scenarios[i]->title);
		return 0;
	}
	catch_signals();
	register_printf_specifier('p', print_pointer, pointer_size);
	boot_kernel();
	while (fgets(line, sizeof(line), stdin)) {
		printf("case %s", line);
		fflush(stdout);
		if (!fork()) {
			alarm(10);
			read_case(line);
			run_case();
		}
		wait(&status);
		if (status)
			printf("end status %d\n", status);
	}
	return 0;
}
