/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The operations that scenarios are made of; see scenario.h. */
#include <linux/string.h>
#include <linux/swap.h>
#include "scenario.h"

struct fscfs *sc_fs;
int sc_side_by_side;

int sc_spawn(const char *name, void (*fn)(void *), void *arg)
{
	sc_side_by_side++;
	return __fsc_task_create(name, fn, arg);
}

void sc_join(int id)
{
	__fsc_task_join(id);
	sc_side_by_side--;
}

struct mm_struct *sc_begin(void)
{
	struct mm_struct *mm;
	int kind = __fsc_param("fs", FSCFS_XFS);

	SC_DO(sc_fs = fscfs_mount(kind), "mount");
	SC_NEED(sc_fs, "a file system on the device can be mounted");
	mm = fsc_mm_create();
	fsc_use_mm(mm);
	return mm;
}

void sc_end(struct mm_struct *mm)
{
	__fsc_step("exit and umount");
	fsc_mm_destroy(mm);
	fscfs_umount(sc_fs);
	sc_fs = NULL;
	__fsc_quiesce("exit and umount");
}

void sc_rebind_pmem(void)
{
	SC_DO(fsc_unbind_pmem(), "unbind pmem");
	SC_DO(SC_EXPECT(fsc_bind_pmem() == 0, "the pmem driver can be bound again after it was unbound"), "bind pmem");
}

struct sc_file sc_create(const char *name, unsigned long nr_pages)
{
	struct sc_file f = { .name = name };

	f.file = fscfs_create(sc_fs, nr_pages);
	f.inode = file_inode(f.file);
	return f;
}

void sc_fill(struct sc_file *f, unsigned long first, unsigned long count)
{
	SC_DO(SC_EXPECT(fscfs_fallocate(f->file, first, count) == 0,
		  "blocks can be given to a file"), "fallocate %s[%lu..%lu)", f->name, first,
	      first + count);
}

void sc_remove(struct sc_file *f)
{
	sc_truncate(f, 0);
	sc_remove_quietly(f);
}

void sc_remove_quietly(struct sc_file *f)
{
	__fsc_step("close and unlink %s", f->name);
	fscfs_close(f->file);
	fscfs_delete(f->inode);
	f->file = NULL;
	if (!sc_side_by_side)
		__fsc_quiesce("close and unlink %s", f->name);
}

struct sc_map sc_mmap(struct mm_struct *mm, struct sc_file *f, unsigned long first, unsigned long pages,
		      unsigned int flags)
{
	struct sc_map m = { .mm = mm, .of = f, .first = first, .pages = pages };
	unsigned long align = pages >> PUD_ORDER ? PUD_SIZE : PMD_SIZE;

	/* The colour of address and file agree, so that only size decides between PTE, PMD and PUD faults. */
	SC_DO(m.addr = fsc_mmap(mm, f->file, first, pages, flags, align), "mmap %s[%lu..%lu)", f->name, first,
	      first + pages);
	SC_NEED(!IS_ERR_VALUE(m.addr), "a process can map the file");
	return m;
}

void sc_munmap(struct sc_map *m)
{
	SC_DO(fsc_munmap(m->mm, m->addr, m->pages << PAGE_SHIFT), "munmap %s[%lu..%lu)", m->of->name, m->first,
	      m->first + m->pages);
}

static unsigned long sc_addr(struct sc_map *m, unsigned long page)
{
	return m->addr + ((page - m->first) << PAGE_SHIFT);
}

vm_fault_t sc_try_read(struct sc_map *m, unsigned long page)
{
	unsigned char value = 0;
	vm_fault_t ret;

	SC_DO(ret = fsc_user_read(m->mm, sc_addr(m, page), &value), "load %s[%lu]", m->of->name, page);
	return ret;
}

vm_fault_t sc_try_write(struct sc_map *m, unsigned long page, unsigned char value)
{
	vm_fault_t ret;

	SC_DO(ret = fsc_user_write(m->mm, sc_addr(m, page), value), "store %s[%lu]", m->of->name, page);
	return ret;
}

void sc_read(struct sc_map *m, unsigned long page)
{
	vm_fault_t fatal = sc_try_read(m, page);

	SC_EXPECT(!fatal, "a load from the mapping succeeds");
}

void sc_write(struct sc_map *m, unsigned long page, unsigned char value)
{
	vm_fault_t fatal = sc_try_write(m, page, value);

	SC_EXPECT(!fatal, "a store to the mapping succeeds");
}

void sc_see(struct sc_map *m, unsigned long page, unsigned char value)
{
	unsigned char seen = 0;
	vm_fault_t fatal;

	SC_DO(fatal = fsc_user_read(m->mm, sc_addr(m, page), &seen), "load %s[%lu]", m->of->name, page);
	SC_EXPECT(!fatal, "a load from the mapping succeeds");
	SC_EXPECT(seen == value, "a load sees what was stored there last");
}

void sc_truncate(struct sc_file *f, unsigned long nr_pages)
{
	int error;

	SC_DO(error = fscfs_truncate(f->file, nr_pages), "truncate %s to %lu pages", f->name, nr_pages);
	SC_EXPECT(!error, "a file can be truncated");
}

void sc_punch(struct sc_file *f, unsigned long first, unsigned long count)
{
	int error;

	SC_DO(error = fscfs_punch(f->file, first, count), "punch %s[%lu..%lu)", f->name, first, first + count);
	SC_EXPECT(!error, "a hole can be punched into a file");
}

void sc_fsync(struct sc_file *f)
{
	int error;

	SC_DO(error = fscfs_fsync(f->file, 0, LLONG_MAX, 0), "fsync %s", f->name);
	SC_EXPECT(!error, "a file can be written back");
}

void sc_clone(struct sc_file *src, unsigned long sfirst, struct sc_file *dst, unsigned long dfirst,
	      unsigned long count)
{
	int error;

	SC_DO(error = fscfs_clone(src->file, sfirst, dst->file, dfirst, count, 0), "reflink %s[%lu..%lu) to %s[%lu]",
	      src->name, sfirst, sfirst + count, dst->name, dfirst);
	SC_EXPECT(!error, "blocks of a file can be shared with another file");
}

void sc_pwrite(struct sc_file *f, unsigned long index, unsigned char value)
{
	ssize_t done;

	SC_DO(done = fscfs_write(f->file, (loff_t)index << PAGE_SHIFT, &value, 1), "pwrite %s[%lu]", f->name, index);
	SC_EXPECT(done == 1, "write(2) writes what it was given");
}

void sc_pread(struct sc_file *f, unsigned long index, unsigned char value)
{
	unsigned char seen = 0;
	ssize_t done;

	SC_DO(done = fscfs_read(f->file, (loff_t)index << PAGE_SHIFT, &seen, 1), "pread %s[%lu]", f->name, index);
	SC_EXPECT(done == 1, "read(2) reads what was asked for");
	SC_EXPECT(seen == value, "read(2) sees what was stored there last");
}

/* ---- DMA ---- */

long sc_dma_start(struct sc_dma *dma, struct sc_map *m, unsigned long page, unsigned int how)
{
	unsigned int flags = how == SC_PUT_UNPIN ? FOLL_WRITE | FOLL_PIN : FOLL_WRITE | FOLL_GET;
	long got;

	dma->how = how;
	dma->page = NULL;
	SC_DO(got = fsc_dma_pin(m->mm, sc_addr(m, page), 1, flags, &dma->page, "dma"), "DMA takes %s[%lu]",
	      m->of->name, page);
	return got;
}

static void sc_forget_ref(struct page *page)
{
	unsigned long pfn = page_to_pfn(page);
	unsigned int i;

	for (i = 0; i < FSC_MAX_PIN; i++) {
		if (fsc_registry.pins[i].refs && fsc_registry.pins[i].pfn == pfn) {
			fsc_registry.pins[i].refs = 0;
			return;
		}
	}
}

/* Also the body of a task: the device is done with the page. */
void sc_dma_end(void *arg)
{
	struct sc_dma *dma = arg;
	struct page *page = dma->page;

	__fsc_step("DMA lets go");
	switch (dma->how) {
	case SC_PUT_UNPIN:
		fsc_dma_unpin(&page, 1, "dma");
		break;
	case SC_PUT_PAGE:
		sc_forget_ref(page);
		put_page(page);
		break;
	case SC_PUT_REFS:
		sc_forget_ref(page);
		folio_put_refs(page_folio(page), 1);
		break;
	case SC_PUT_FOLIO:
		sc_forget_ref(page);
		folio_put(page_folio(page));
		break;
	default:
		sc_forget_ref(page);
		release_pages(&page, 1);
		break;
	}
}
