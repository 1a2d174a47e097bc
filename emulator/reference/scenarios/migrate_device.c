/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Anonymous memory moves to a device, whose memory only it can reach (type 1) or the processor too (type 2), and comes back,
 * or goes there, or stays where it is.
 */
#include <linux/fsc_devmem.h>
#include <linux/pagemap.h>
#include "scenario.h"

#if FSC_ERA >= 612

static struct {
	struct fsc_devmem dm;
	struct mm_struct *mm;
	unsigned long addr;
	int pages, type, gone;
	struct page *held;
} sc_dm;

static void sc_dm_write(struct mm_struct *mm, int page, unsigned char value)
{
	SC_DO(SC_EXPECT(!fsc_user_write(mm, sc_dm.addr + ((unsigned long)page << PAGE_SHIFT), value),
			"a process can write its memory, wherever it is"),
	      "write page %d", page);
}

static void sc_dm_see(struct mm_struct *mm, int page, unsigned char value)
{
	unsigned char seen = 0;

	SC_DO(SC_EXPECT(!fsc_user_read(mm, sc_dm.addr + ((unsigned long)page << PAGE_SHIFT), &seen),
			"a process can read its memory, wherever it is"),
	      "read page %d", page);
	SC_EXPECT(seen == value, "memory that has moved holds what was written last, by the process or by the device");
}

static int sc_dm_out(void)
{
	return hweight64(sc_dm.dm.used);
}

/* A process with `pages` anonymous pages, of which page i holds 10 + i when they are touched. */
static void sc_dm_begin(int pages, bool touched)
{
	SC_DO(fsc_unbind_pmem(), "unbind pmem");
	memset(&sc_dm, 0, sizeof(sc_dm));
	sc_dm.type = __fsc_param("type", MEMORY_DEVICE_PRIVATE);
	sc_dm.pages = pages;
	SC_DO(SC_NEED(fsc_devmem_probe(&sc_dm.dm, sc_dm.type) == 0, "a device with memory of its own can be bound"),
	      "bind the device");
	sc_dm.mm = fsc_mm_create();
	fsc_use_mm(sc_dm.mm);
	sc_dm.addr = fsc_mmap(sc_dm.mm, NULL, 0, pages, SC_PRIVATE, 0);
	for (int i = 0; touched && i < pages; i++)
		sc_dm_write(sc_dm.mm, i, 10 + i);
}

static void sc_dm_take(unsigned long leave)
{
	int wanted = sc_dm.pages - hweight64(leave);

	SC_DO(SC_EXPECT(fsc_devmem_take(&sc_dm.dm, sc_dm.mm, sc_dm.addr, sc_dm.pages, leave) == wanted,
			"what the device has memory for moves there"),
	      "move %d pages to the device", wanted);
	SC_EXPECT(sc_dm_out() == wanted, "the device gives out a page for each that moved, and no more");
}

static void sc_dm_exit(struct mm_struct *mm)
{
	SC_DO(fsc_mm_destroy(mm), "exit");
}

static void sc_dm_end(void)
{
	SC_EXPECT(!sc_dm_out(), "the device has all of its pages again when nobody uses them");
	SC_DO(fsc_devmem_remove(&sc_dm.dm), "the device goes");
}

FSC_SCENARIO(migrate_device, "migrate-device",
	     "Memory of a process moves to a device, is written there, and comes back when the process touches it or the driver wants",
	     "type=1,2 pages=1,3 fresh=0,1")
{
	int pages = __fsc_param("pages", 1);
	bool fresh = __fsc_param("fresh", 0);

	sc_dm_begin(pages, !fresh);
	if (fresh)
		sc_dm_see(sc_dm.mm, 0, 0); /* the zero page; the others were never touched */
	sc_dm_take(0);
	for (int i = 0; i < pages; i++)
		SC_EXPECT(*fsc_devmem_byte(&sc_dm.dm, i) == (fresh ? 0 : 10 + i),
			  "the device finds in its memory what the process had written");
	*fsc_devmem_byte(&sc_dm.dm, 0) = 99;
	sc_dm_see(sc_dm.mm, 0, 99);
	if (pages > 1)
		sc_dm_write(sc_dm.mm, 1, 55);
	if (sc_dm.type == MEMORY_DEVICE_PRIVATE)
		SC_EXPECT(sc_dm_out() == (pages > 1 ? pages - 2 : 0), "a page that was touched is the machine's again");
	else
		SC_EXPECT(sc_dm_out() == pages, "a page that the processor can reach stays on the device");
	SC_DO(SC_EXPECT(fsc_devmem_bring(&sc_dm.dm, sc_dm.mm, sc_dm.addr, pages) == 0, "a driver can bring memory back"),
	      "bring the pages back");
	SC_EXPECT(!sc_dm_out(), "what was brought back is the machine's again");
	for (int i = 0; i < pages; i++)
		sc_dm_see(sc_dm.mm, i, i == 0 ? 99 : i == 1 ? 55 : fresh ? 0 : 10 + i);
	sc_dm_take(0); /* and once more */
	sc_dm_write(sc_dm.mm, 0, 7);
	SC_DO(fsc_munmap(sc_dm.mm, sc_dm.addr, (unsigned long)pages << PAGE_SHIFT), "munmap");
	sc_dm_exit(sc_dm.mm);
	sc_dm_end();
}

FSC_SCENARIO(migrate_device_gone, "migrate-device-gone",
	     "A process lets go of memory that is on a device, or may not write it any more", "type=1,2 how=0,1,2,3")
{
	int how = __fsc_param("how", 0);
	unsigned long len = 2UL << PAGE_SHIFT;

	sc_dm_begin(2, true);
	sc_dm_take(0);
	if (how == 0) {
		SC_DO(fsc_munmap(sc_dm.mm, sc_dm.addr, len), "munmap");
		SC_EXPECT(!sc_dm_out(), "memory that is unmapped is the device's again");
	} else if (how == 1) {
		SC_DO(zap_page_range_single(vma_lookup(sc_dm.mm, sc_dm.addr), sc_dm.addr, len, NULL), "MADV_DONTNEED");
		SC_EXPECT(!sc_dm_out(), "memory that a process does not need is the device's again");
		sc_dm_see(sc_dm.mm, 0, 0);
	} else if (how == 2) {
		SC_DO(SC_EXPECT(fsc_mprotect(sc_dm.mm, sc_dm.addr, len, FSC_PROT_READ) == 0, "memory can be protected"),
		      "mprotect, read only");
		sc_dm_see(sc_dm.mm, 0, 10);
		SC_DO(SC_EXPECT(fsc_user_write(sc_dm.mm, sc_dm.addr, 3) & VM_FAULT_SIGSEGV,
				"memory that is protected while a device has it cannot be written when it is back"),
		      "write page 0");
	}
	sc_dm_exit(sc_dm.mm);
	sc_dm_end();
}

FSC_SCENARIO(migrate_device_fork, "migrate-device-fork",
	     "A process forks while its memory is on a device: one of the two exits, or writes, before the other looks",
	     "type=1,2 what=0,1,2,3")
{
	int what = __fsc_param("what", 0);
	struct mm_struct *child;

	sc_dm_begin(2, true);
	sc_dm_take(0);
	SC_DO(child = fsc_mm_fork(sc_dm.mm), "fork");
	SC_NEED(child, "a process can fork while its memory is on a device");
	if (what == 0) {
		sc_dm_exit(child);
		sc_dm_write(sc_dm.mm, 0, 21);
		sc_dm_see(sc_dm.mm, 0, 21);
		sc_dm_exit(sc_dm.mm);
	} else if (what == 1) {
		sc_dm_write(child, 0, 31);
		sc_dm_see(sc_dm.mm, 0, 10);
		sc_dm_exit(sc_dm.mm);
		sc_dm_see(child, 0, 31);
		sc_dm_see(child, 1, 11);
		sc_dm_exit(child);
	} else if (what == 2) {
		sc_dm_exit(sc_dm.mm);
		sc_dm_see(child, 0, 10);
		sc_dm_exit(child);
	} else {
		SC_DO(SC_EXPECT(fsc_devmem_evict(&sc_dm.dm) == 0, "a driver can have back what several processes map"),
		      "the driver wants its memory");
		SC_EXPECT(!sc_dm_out(), "what the driver wants comes back from all processes");
		sc_dm_write(sc_dm.mm, 0, 41);
		sc_dm_see(child, 0, 10);
		sc_dm_see(child, 1, 11);
		sc_dm_exit(child);
		sc_dm_exit(sc_dm.mm);
	}
	sc_dm_end();
}

FSC_SCENARIO(migrate_device_fails, "migrate-device-fails",
	     "Memory that cannot move stays where it is: no memory on the device, a page that is held, no memory for the way back",
	     "type=1,2 what=0,1,2,3,4")
{
	int what = __fsc_param("what", 0);
	vm_fault_t fault;

	sc_dm_begin(3, true);
	if (what == 0 || what == 1) {
		sc_dm_take(what == 0 ? 7 : 2);
	} else if (what == 2 || what == 4) {
		unsigned int how = what == 2 ? FOLL_WRITE : FOLL_WRITE | FOLL_GET; /* pinned, or only held */

		SC_DO(SC_EXPECT(fsc_dma_pin(sc_dm.mm, sc_dm.addr + PAGE_SIZE, 1, how, &sc_dm.held, "DMA") == 1,
				"a device can take a page of a process"),
		      "a DMA takes page 1");
		SC_DO(SC_EXPECT(fsc_devmem_take(&sc_dm.dm, sc_dm.mm, sc_dm.addr, 3, 0) == 2,
				"a page that a device holds does not move, and the others do"),
		      "move the pages to the device");
		*(unsigned char *)page_address(sc_dm.held) = 77;
		sc_dm_see(sc_dm.mm, 1, 77);
		SC_DO(fsc_dma_unpin(&sc_dm.held, 1, "DMA"), "the DMA ends");
	} else {
		sc_dm_take(0);
		__fsc_fail_nth("alloc_pages", 1);
		if (sc_dm.type == MEMORY_DEVICE_PRIVATE) {
			SC_DO(fault = fsc_user_read(sc_dm.mm, sc_dm.addr, NULL), "read page 0, without memory");
			SC_EXPECT(fault & VM_FAULT_SIGBUS, "a page that cannot come back is no page that can be read");
		} else {
			SC_DO(SC_EXPECT(fsc_devmem_bring(&sc_dm.dm, sc_dm.mm, sc_dm.addr, 3) == -ENOMEM,
					"a driver hears that there was no memory for a page"),
			      "bring the pages back, without memory");
		}
		__fsc_fail_nth("", 0);
		SC_EXPECT(sc_dm_out() == (sc_dm.type == MEMORY_DEVICE_PRIVATE ? 3 : 1),
			  "a page for which there was no memory stays on the device");
	}
	for (int i = 0; i < 3; i++)
		sc_dm_see(sc_dm.mm, i, (what == 2 || what == 4) && i == 1 ? 77 : 10 + i);
	sc_dm_exit(sc_dm.mm);
	sc_dm_end();
}

static void sc_dm_device_goes(void *unused)
{
	(void)unused;
	__fsc_step("the device goes");
	fsc_devmem_remove(&sc_dm.dm);
	sc_dm.gone = 1;
}

static void sc_dm_process_goes(void *unused)
{
	(void)unused;
	__fsc_step("the process exits");
	SC_EXPECT(!sc_dm.gone, "memory of a device stays while a process has pages there");
	fsc_mm_destroy(sc_dm.mm);
}

FSC_SCENARIO(migrate_device_unbind, "migrate-device-unbind",
	     "A device goes: it moves back what it has before, or a process still has pages there", "type=1,2 evict=0,1")
{
	sc_dm_begin(2, true);
	sc_dm_take(0);
	if (__fsc_param("evict", 0)) {
		SC_DO(SC_EXPECT(fsc_devmem_evict(&sc_dm.dm) == 0, "a driver can move back all that it has"),
		      "the driver wants its memory");
		SC_EXPECT(!sc_dm_out(), "what the driver wants comes back");
		SC_DO(fsc_devmem_remove(&sc_dm.dm), "the device goes");
		sc_dm_see(sc_dm.mm, 0, 10);
		sc_dm_see(sc_dm.mm, 1, 11);
		sc_dm_exit(sc_dm.mm);
	} else {
		int device = sc_spawn("device", sc_dm_device_goes, NULL);
		int process = sc_spawn("process", sc_dm_process_goes, NULL);

		sc_join(device);
		sc_join(process);
		SC_EXPECT(sc_dm.gone, "a device can go when nobody has pages there");
	}
}

static void sc_dm_toucher(void *value)
{
	fsc_use_mm(sc_dm.mm);
	__fsc_step("write page 0");
	SC_EXPECT(!fsc_user_write(sc_dm.mm, sc_dm.addr, (unsigned long)value), "of two that touch a page both get it");
}

static void sc_dm_other(void *what)
{
	fsc_use_mm(sc_dm.mm);
	if (what) {
		__fsc_step("move page 0 to the device");
		fsc_devmem_take(&sc_dm.dm, sc_dm.mm, sc_dm.addr, 1, 0);
	} else {
		__fsc_step("read page 0");
		SC_EXPECT(!fsc_user_read(sc_dm.mm, sc_dm.addr, NULL), "of two that touch a page both get it");
	}
}

FSC_SCENARIO(migrate_device_race, "migrate-device-race",
	     "Two threads touch a page that is on a device, or one does while the driver takes it", "type=1,2 take=0,1")
{
	int one, two;

	sc_dm_begin(1, true);
	sc_dm_take(0);
	one = sc_spawn("writer", sc_dm_toucher, (void *)5UL);
	two = sc_spawn("other", sc_dm_other, (void *)(unsigned long)__fsc_param("take", 0));
	sc_join(one);
	sc_join(two);
	sc_dm_see(sc_dm.mm, 0, 5);
	sc_dm_exit(sc_dm.mm);
	sc_dm_end();
}

#endif
