/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What scenarios are written with: one line per thing that a user program or a device does, each with its name and its
 * quiescent point. A scenario never knows a patch; it leaves the machine idle. Mirrors no kernel file.
 */
#ifndef FSC_SCENARIO_H
#define FSC_SCENARIO_H

#include <linux/dax.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include "../fs/fscfs.h"

#define FSC_SCENARIO(id, scenario_name, scenario_title, scenario_params) \
	static void fsc_run_##id(void); \
	const struct fsc_scenario fsc_scenario_##id = { \
		.name = scenario_name, \
		.title = scenario_title, \
		.params = scenario_params, \
		.run = fsc_run_##id, \
	}; \
	static void fsc_run_##id(void)

/* The catalogue, NULL at its end (scenarios/catalogue.c). */
extern const struct fsc_scenario *const fsc_scenarios[];

/* One operation: named, done, looked at. While tasks run side by side no moment is quiet, so nothing is looked at. */
#define SC_DO(operation, ...) \
	do { \
		__fsc_step(__VA_ARGS__); \
		operation; \
		if (!sc_side_by_side) \
			__fsc_quiesce(__VA_ARGS__); \
	} while (0)

extern int sc_side_by_side;
int sc_spawn(const char *name, void (*fn)(void *), void *arg);
void sc_join(int id);

/* What the scenario itself can tell to be wrong. `promise` is the sentence that any correct kernel keeps, as a reader is told it. */
#define SC_EXPECT(cond, promise) __fsc_warn(!(cond), "scenario: not so: " promise)
/* The same of what the rest of the scenario stands on: the run ends where it does not hold. */
#define SC_NEED(cond, promise) __fsc_bug(!(cond), "scenario: cannot go on: " promise)

/* A file with a name for the story, and a place in it of one page or of 2 MiB. */
struct sc_file {
	const char *name;
	struct file *file;
	struct inode *inode;
};

struct sc_map {
	struct mm_struct *mm;
	struct sc_file *of;
	unsigned long addr, first, pages;
};

extern struct fscfs *sc_fs;

static inline unsigned long sc_order(void)
{
	return __fsc_param("order", 0);
}
static inline unsigned long sc_index(void)
{
	return __fsc_param("index", 0);
}
static inline unsigned long sc_pages(void)
{
	return 1UL << sc_order();
}

struct mm_struct *sc_begin(void); /* mounts; gives the first process */
void sc_end(struct mm_struct *mm); /* unmounts */
void sc_rebind_pmem(void); /* unbound, and bound again */
struct sc_file sc_create(const char *name, unsigned long nr_pages);
void sc_fill(struct sc_file *f, unsigned long first, unsigned long count); /* fallocate */
void sc_remove(struct sc_file *f); /* truncate to nothing, close, unlink */
void sc_remove_quietly(struct sc_file *f); /* close and unlink: eviction finds what is left */
struct sc_map sc_mmap(struct mm_struct *mm, struct sc_file *f, unsigned long first, unsigned long pages,
		      unsigned int flags);
void sc_munmap(struct sc_map *m);
void sc_read(struct sc_map *m, unsigned long page);
void sc_write(struct sc_map *m, unsigned long page, unsigned char value);
void sc_see(struct sc_map *m, unsigned long page, unsigned char value); /* reads and expects */
vm_fault_t sc_try_write(struct sc_map *m, unsigned long page, unsigned char value);
vm_fault_t sc_try_read(struct sc_map *m, unsigned long page);
void sc_truncate(struct sc_file *f, unsigned long nr_pages);
void sc_punch(struct sc_file *f, unsigned long first, unsigned long count);
void sc_fsync(struct sc_file *f);
void sc_clone(struct sc_file *src, unsigned long sfirst, struct sc_file *dst, unsigned long dfirst,
	      unsigned long count);
/* pread and pwrite of a page, its first byte */
void sc_pwrite(struct sc_file *f, unsigned long index, unsigned char value);
void sc_pread(struct sc_file *f, unsigned long index, unsigned char value);

/* A device that holds one page of a mapping for its DMA. */
struct sc_dma {
	struct page *page;
	unsigned int how; /* SC_PUT_* */
	int slot;
};
#define SC_PUT_UNPIN 0 /* pin_user_pages_fast, unpin_user_page */
#define SC_PUT_PAGE 1 /* get_user_pages_fast, put_page */
#define SC_PUT_REFS 2 /* the same, folio_put_refs */
#define SC_PUT_RELEASE 3 /* the same, release_pages */
#define SC_PUT_FOLIO 4 /* the same, folio_put */
long sc_dma_start(struct sc_dma *dma, struct sc_map *m, unsigned long page, unsigned int how);
void sc_dma_end(void *dma);

#define SC_RW (FSC_PROT_READ | FSC_PROT_WRITE | FSC_MAP_SHARED)
#define SC_RO (FSC_PROT_READ | FSC_MAP_SHARED)
#define SC_PRIVATE (FSC_PROT_READ | FSC_PROT_WRITE | FSC_MAP_PRIVATE)
#endif
