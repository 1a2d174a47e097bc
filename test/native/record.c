// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The event recorder of the gcc harness. The reference kernel is compiled with -fsanitize=kernel-address, which makes gcc
 * call __asan_storeN_noabort() before each store through a pointer; that is ours. A store to a watched word is remembered
 * with the value before it, and printed when the next watched store or native comes by, which is after the store itself.
 * What is watched, and how a write is split into fields, follows emulator/machine/machine.ts. A copy of every watched
 * word is kept: one that changed without such a call is printed as "unseen", which no list of the engine has.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../../emulator/reference/include/folioscope.h"
#include "harness.h"

#define MAX_PFN 0x200000UL
#define RAM_PFNS 0x2000UL
#define MAX_OBJECT 100000
#define PENDING 16
#define MAX_STORE 256

extern char __executable_start, _end;

/* ---- heap objects, in the order of their addresses ---- */

struct object {
	unsigned long at, size;
	const char *kind;
	int number; /* among those of its kind */
	int freed, watched;
};
static struct object objects[MAX_OBJECT];
static int nr_objects;

void rec_object(unsigned long at, unsigned long size, const char *kind)
{
	struct object *o = &objects[nr_objects];
	int number = 1;

	if (nr_objects == MAX_OBJECT)
		fsc_stop("unmodelled", "too many objects");
	for (int i = nr_objects - 1; i >= 0; i--)
		if (!strcmp(objects[i].kind, kind)) {
			number = objects[i].number + 1;
			break;
		}
	*o = (struct object){ .at = at, .size = size, .kind = kind, .number = number };
	nr_objects++;
}

/* The last object that begins at or before an address. */
static struct object *object_at(unsigned long at)
{
	int low = 0, high = nr_objects;

	while (low < high) {
		int mid = (low + high) / 2;

		if (objects[mid].at <= at)
			low = mid + 1;
		else
			high = mid;
	}
	return low ? &objects[low - 1] : NULL;
}

static int in_heap(unsigned long at)
{
	return at >= HEAP_START && at < HEAP_START + HEAP_SIZE;
}

static void drop_overlapping(unsigned long at, unsigned long size);

void rec_freed(unsigned long at)
{
	struct object *o = in_heap(at) ? object_at(at) : NULL;

	if (!o || o->at != at)
		fsc_stop("bad-free", "free of what is not the start of an object");
	if (o->freed)
		fsc_stop("double-free", o->kind);
	rec_settle();
	drop_overlapping(at, o->size);
	o->freed = 1;
	memset((void *)at, 0x6b, o->size);
}

unsigned long rec_size(unsigned long at)
{
	struct object *o = in_heap(at) ? object_at(at) : NULL;

	return o && o->at == at ? o->size : 0;
}

/* ---- words as text ---- */

const char *rec_value(unsigned long value)
{
	static char texts[8][96];
	static int turn;
	char *text = texts[turn = (turn + 1) % 8];
	struct object *o;

	if (value >= VMEMMAP_START && value < VMEMMAP_START + MAX_PFN * 64)
		snprintf(text, 96, "page:%lx+%lu", (value - VMEMMAP_START) / 64, (value - VMEMMAP_START) % 64);
	else if (value >= PAGE_OFFSET && value < PAGE_OFFSET + MAX_PFN * 4096)
		snprintf(text, 96, "phys:%lx", value - PAGE_OFFSET);
	else if (in_heap(value) && (o = object_at(value)) && value <= o->at + o->size)
		snprintf(text, 96, "%s#%d+%lu", o->kind, o->number, value - o->at);
	else if (value >= STACKS_START && value < STACKS_START + MAX_TASK * STACK_SIZE)
		snprintf(text, 96, "stack");
	else if (value >= (unsigned long)&__executable_start && value < (unsigned long)&_end)
		snprintf(text, 96, "@%lx", value - (unsigned long)&__executable_start);
	else
		snprintf(text, 96, "%lx", value);
	return text;
}

/* ---- output ---- */

static int recording;

/* Innermost calls that are told of an event. */
#define DEPTH 4
struct calls {
	unsigned long at[DEPTH];
};

/* A frame holds its caller's frame and where it returns to; the outermost is that of a task's first function. */
static struct calls calls_of(const unsigned long *frame)
{
	struct calls c = { { 0 } };

	for (int i = 0; i < DEPTH; i++) {
		unsigned long at = frame[1] - 1 - (unsigned long)&__executable_start;

		if (at >= (unsigned long)(&_end - &__executable_start))
			break;
		c.at[i] = at;
		frame = (const unsigned long *)frame[0];
		if ((unsigned long)frame - STACKS_START >= MAX_TASK * STACK_SIZE)
			break;
	}
	return c;
}

static void head(struct calls calls)
{
	printf("%d ", fsc_running_task());
	for (int i = 0; i < DEPTH && calls.at[i]; i++)
		printf("%s@%lx", i ? "<" : "", calls.at[i]);
	putchar(' ');
}

void rec_note(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

void rec_event(const unsigned long *caller, const char *fmt, ...)
{
	va_list ap;

	if (!recording)
		return;
	rec_settle();
	head(calls_of(caller));
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

/* ---- struct pages ---- */

static const char *const fields[] = {
	"flags", "lru/pgmap", "lru.prev", "mapping", "index/share", "private", "_mapcount", "memcg_data",
};
static unsigned char page_watched[MAX_PFN];
static unsigned char *page_copy; /* as VMEMMAP_START, what was last seen */
static struct range {
	unsigned long start, nr;
} appeared[16], watched[64];
static int nr_appeared, nr_watched;

static void watch_pages(unsigned long start, unsigned long nr)
{
	if (nr_watched == 64)
		fsc_stop("unmodelled", "too many ranges of struct pages");
	watched[nr_watched++] = (struct range){ start, nr };
	for (unsigned long pfn = start; pfn < start + nr && pfn < MAX_PFN; pfn++) {
		page_watched[pfn] = 1;
		memcpy(page_copy + pfn * 64, (void *)(VMEMMAP_START + pfn * 64), 64);
	}
}

void rec_add_pages(unsigned long start, unsigned long nr)
{
	if (!recording)
		return;
	if (nr_appeared == 16)
		fsc_stop("unmodelled", "too many ranges of struct pages in one step");
	appeared[nr_appeared].start = start;
	appeared[nr_appeared++].nr = nr;
}

void rec_remove_pages(unsigned long start, unsigned long nr)
{
	rec_settle();
	drop_overlapping(VMEMMAP_START + start * 64, nr * 64);
	memset(page_watched + start, 0, nr);
	for (int i = 0; i < nr_watched; i++)
		if (watched[i].start == start)
			watched[i--] = watched[--nr_watched];
	for (int i = 0; i < nr_appeared; i++)
		if (appeared[i].start == start)
			appeared[i].nr = 0;
}

void rec_step(void)
{
	for (int i = 0; i < nr_appeared; i++)
		watch_pages(appeared[i].start, appeared[i].nr);
	nr_appeared = 0;
	rec_check();
}

/* Pages that nobody has business to write: a write is an event there even when it changes nothing. */
static int foreign(unsigned long pfn)
{
	unsigned long huge = fsc_registry.huge_zero_pfn;

	return !pfn || pfn == fsc_registry.zero_pfn || (huge && pfn >= huge && pfn < huge + 512);
}

/* Pages 1 to 3 of a compound page: their words 2 to 5 belong to the folio. */
static int folio_word(unsigned long pfn)
{
	unsigned long page = VMEMMAP_START + pfn * 64, word1 = *(unsigned long *)(page + 8);

	return (word1 & 1) && page > word1 - 1 && page - (word1 - 1) <= 192;
}

static unsigned long bits_of(const unsigned char *p, unsigned long size)
{
	unsigned long v = 0;

	memcpy(&v, p, size);
	return v;
}

static long sign(unsigned long v, unsigned long size)
{
	return (long)(v << (64 - 8 * size)) >> (64 - 8 * size);
}

/* Half a pointer to a struct page, where counts of a folio lie over one. */
static const char *page_word(unsigned long value, unsigned long size)
{
	return size == 4 && value == VMEMMAP_START >> 32 ? "memmap-high" : rec_value(value);
}

/* One write of at most 8 bytes inside a struct page: an event for each field it touches. */
static void page_write(struct calls caller, unsigned long at, unsigned long size, const unsigned char *before,
		       const unsigned char *after)
{
	unsigned long pfn = (at - VMEMMAP_START) / 64, from = (at - VMEMMAP_START) % 64, end = from + size, here = from;
	int same = !memcmp(before, after, size);

	if (same && !foreign(pfn))
		return;
	while (here < end) {
		unsigned long word = here / 8, stop = word * 8 + 8, length, b, a;
		const char *field = fields[word];

		if (word == 6) {
			stop = here < 52 ? 52 : 56;
			field = here < 52 ? "_mapcount" : "_refcount";
		}
		if (word >= 2 && word <= 5 && folio_word(pfn))
			field = "folio-tail";
		if (stop > end)
			stop = end;
		length = stop - here;
		b = bits_of(before + (here - from), length);
		a = bits_of(after + (here - from), length);
		if (a != b || same) {
			head(caller);
			printf("page %lx %s ", pfn, field);
			if (word == 6)
				printf("%ld -> %ld\n", sign(b, length), sign(a, length));
			else
				printf("%s -> %s\n", page_word(b, length), page_word(a, length));
		}
		here = stop;
	}
}

/* ---- page tables and xarray tables ---- */

static unsigned char table_watched[RAM_PFNS];
static unsigned char *table_copy; /* as PAGE_OFFSET */
static unsigned char *heap_copy;  /* as HEAP_START */

void rec_watch(unsigned long at, unsigned long size, const char *kind)
{
	unsigned long pfn = (at - PAGE_OFFSET) / 4096;

	if (!recording)
		return;
	rec_settle();
	if (!strcmp(kind, "pte") && at >= PAGE_OFFSET && pfn < RAM_PFNS) {
		table_watched[pfn] = 1;
		memcpy(table_copy + pfn * 4096, (void *)at, 4096);
	} else if (!strcmp(kind, "xarray") && in_heap(at)) {
		object_at(at)->watched = 1;
		memcpy(heap_copy + (at - HEAP_START), (void *)at, size);
	}
}

/* Where the last seen bytes of a watched address are kept, NULL when it is not watched. */
static unsigned char *copy_of(unsigned long at)
{
	if (at >= VMEMMAP_START && at < VMEMMAP_START + MAX_PFN * 64)
		return page_watched[(at - VMEMMAP_START) / 64] ? page_copy + (at - VMEMMAP_START) : NULL;
	if (at >= PAGE_OFFSET && at < PAGE_OFFSET + RAM_PFNS * 4096)
		return table_watched[(at - PAGE_OFFSET) / 4096] ? table_copy + (at - PAGE_OFFSET) : NULL;
	if (in_heap(at) && object_at(at) && object_at(at)->watched)
		return heap_copy + (at - HEAP_START);
	return NULL;
}

/* ---- writes ---- */

static void wrote(struct calls caller, unsigned long at, unsigned long size, const unsigned char *before)
{
	const unsigned char *after = (const unsigned char *)at;

	for (unsigned long i = 0; i < size; i += 8) {
		unsigned long n = size - i < 8 ? size - i : 8;
		unsigned char *copy = copy_of(at + i);

		if (!copy)
			continue;
		if (at >= VMEMMAP_START && at < VMEMMAP_START + MAX_PFN * 64) {
			page_write(caller, at + i, n, before + i, after + i);
		} else if (memcmp(before + i, after + i, n)) {
			head(caller);
			printf("%s %s ", in_heap(at) ? "xarray" : "pte", rec_value(at + i));
			printf("%s -> %s\n", rec_value(bits_of(before + i, n)), rec_value(bits_of(after + i, n)));
		}
		memcpy(copy, after + i, n);
	}
}

/* A store that gcc announced. It stays here after it was printed, because gcc announces a place once in straight-line code. */
struct store {
	unsigned long at, size;
	struct calls calls;
	int fresh;
	unsigned char before[MAX_STORE];
};
static struct store pending[PENDING];
static int nr_pending;

void rec_settle(void)
{
	for (int i = 0; i < nr_pending; i++) {
		struct store *s = &pending[i];

		if (!s->fresh && !memcmp(s->before, (void *)s->at, s->size))
			continue;
		if (copy_of(s->at))
			wrote(s->calls, s->at, s->size, s->before);
		memcpy(s->before, (void *)s->at, s->size);
		s->fresh = 0;
	}
}

static void drop_overlapping(unsigned long at, unsigned long size)
{
	int kept = 0;

	for (int i = 0; i < nr_pending; i++)
		if (pending[i].at + pending[i].size <= at || pending[i].at >= at + size)
			pending[kept++] = pending[i];
	nr_pending = kept;
}

static void check_object(unsigned long at, unsigned long size)
{
	struct object *o = object_at(at);

	if (!o || at + size > o->at + o->size)
		fsc_stop("out-of-bounds", o ? o->kind : "before the first object");
	if (o->freed)
		fsc_stop("use-after-free", o->kind);
}

static void announce(const unsigned long *caller, unsigned long at, unsigned long size)
{
	struct store *s;

	if (in_heap(at))
		check_object(at, size);
	if (!recording || !copy_of(at))
		return;
	if (size > MAX_STORE)
		fsc_stop("unmodelled", "a store of more than 256 bytes");
	rec_settle();
	drop_overlapping(at, size);
	if (nr_pending == PENDING)
		memmove(pending, pending + 1, --nr_pending * sizeof(*s));
	s = &pending[nr_pending++];
	s->at = at;
	s->size = size;
	s->calls = calls_of(caller);
	s->fresh = 1;
	memcpy(s->before, (void *)at, size);
}

#define ANNOUNCE(bytes)                                                  \
	void __asan_store##bytes##_noabort(unsigned long at);            \
	void __asan_store##bytes##_noabort(unsigned long at)             \
	{                                                                \
		announce(CALLER, at, bytes);                             \
	}
ANNOUNCE(1)
ANNOUNCE(2)
ANNOUNCE(4)
ANNOUNCE(8)
ANNOUNCE(16)
void __asan_storeN_noabort(unsigned long at, unsigned long size);
void __asan_storeN_noabort(unsigned long at, unsigned long size)
{
	announce(CALLER, at, size);
}
void __asan_handle_no_return(void);
void __asan_handle_no_return(void)
{
}

/* memset and its kin are linked with --wrap: the reference kernel's calls come here, the harness's own do not. */
static void copied(const unsigned long *caller, unsigned long at, unsigned long size, const unsigned char *before)
{
	if (!before)
		return;
	wrote(calls_of(caller), at, size, before);
	free((void *)before);
}

static unsigned char *before_copy(unsigned long at, unsigned long size)
{
	unsigned char *before;

	if (in_heap(at) && size)
		check_object(at, size);
	if (!recording || !size || !copy_of(at))
		return NULL;
	rec_settle();
	drop_overlapping(at, size);
	before = malloc(size);
	memcpy(before, (void *)at, size);
	return before;
}

void *fsc_memset(void *p, int c, unsigned long n)
{
	unsigned char *before = before_copy((unsigned long)p, n);

	memset(p, c, n);
	copied(CALLER, (unsigned long)p, n, before);
	return p;
}

void *fsc_memcpy(void *p, const void *q, unsigned long n)
{
	unsigned char *before = before_copy((unsigned long)p, n);

	memcpy(p, q, n);
	copied(CALLER, (unsigned long)p, n, before);
	return p;
}

void *fsc_memmove(void *p, const void *q, unsigned long n)
{
	unsigned char *before = before_copy((unsigned long)p, n);

	memmove(p, q, n);
	copied(CALLER, (unsigned long)p, n, before);
	return p;
}

/* ---- which functions of a replaced file ran (-finstrument-functions, on such files only) ---- */

static unsigned char ran[8 << 20];

void __cyg_profile_func_enter(void *fn, void *site);
void __cyg_profile_func_enter(void *fn, void *site)
{
	unsigned long at = (unsigned long)fn - (unsigned long)&__executable_start;

	(void)site;
	if (at < sizeof(ran))
		ran[at] = 1;
}

void __cyg_profile_func_exit(void *fn, void *site);
void __cyg_profile_func_exit(void *fn, void *site)
{
	(void)fn;
	(void)site;
}

void rec_ran(void)
{
	for (unsigned long at = 0; at < sizeof(ran) && at < (unsigned long)(&_end - &__executable_start); at++)
		if (ran[at])
			printf("ran @%lx\n", at);
}

/* ---- nothing goes unseen ---- */

static void check_words(const char *what, unsigned long at, const unsigned char *copy, unsigned long size)
{
	if (!memcmp(copy, (void *)at, size))
		return;
	for (unsigned long i = 0; i < size; i += 8)
		if (memcmp(copy + i, (void *)(at + i), 8))
			printf("unseen %s %s: %s -> %s\n", what, rec_value(at + i), rec_value(bits_of(copy + i, 8)),
			       rec_value(bits_of((void *)(at + i), 8)));
}

void rec_check(void)
{
	if (!recording)
		return;
	rec_settle();
	for (const struct range *r = watched; r < watched + nr_watched; r++)
		for (unsigned long pfn = r->start; pfn < r->start + r->nr; pfn++)
			if (page_watched[pfn])
				check_words("page", VMEMMAP_START + pfn * 64, page_copy + pfn * 64, 64);
	for (unsigned long pfn = 0; pfn < RAM_PFNS; pfn++)
		if (table_watched[pfn])
			check_words("pte", PAGE_OFFSET + pfn * 4096, table_copy + pfn * 4096, 4096);
	for (int i = 0; i < nr_objects; i++)
		if (objects[i].watched && !objects[i].freed)
			check_words("xarray", objects[i].at, heap_copy + (objects[i].at - HEAP_START), objects[i].size);
}

void rec_start(void)
{
	page_copy = malloc(MAX_PFN * 64);
	table_copy = malloc(RAM_PFNS * 4096);
	heap_copy = malloc(HEAP_SIZE);
	if (!page_copy || !table_copy || !heap_copy)
		fsc_stop("unmodelled", "no memory for the recorder");
	recording = 1;
	watch_pages(0, fsc_registry.ram_nr_pages);
	watch_pages(fsc_registry.pmem_start_pfn, fsc_registry.pmem_nr_pages);
}
