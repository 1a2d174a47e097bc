/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A read-only file system on the device: files of one piece, and of chunks that lie in any order and may be holes. Facts:
 * fs/erofs/data.c and super.c, Documentation/filesystems/erofs.rst. Leaves out images whose files share chunks.
 */
#include <linux/kconfig.h>
#if FSC_ERA >= 612
#include <linux/string.h>
#include <linux/uio.h>
#include "../fs/erofs/internal.h"
#include "scenario.h"

#define SC_CHUNKS 3

static struct super_block *sc_erofs_sb;
static erofs_blk_t sc_chunks[SC_CHUNKS];

/* Pages of a chunk, of the file (its last chunk is a page short where chunks are small), and where page n lies, 0 in a hole. */
static unsigned long sc_chunk_pages(void)
{
	return sc_order() ? 512 : 4;
}

static unsigned long sc_erofs_pages(void)
{
	return SC_CHUNKS * sc_chunk_pages() - !sc_order();
}

static bool sc_in_chunks(void)
{
	return __fsc_param("chunks", 0);
}

static unsigned long sc_erofs_block(unsigned long page)
{
	erofs_blk_t first = sc_chunks[sc_in_chunks() ? page / sc_chunk_pages() : 0];

	return first == EROFS_NULL_ADDR ? 0 : first + (sc_in_chunks() ? page % sc_chunk_pages() : page);
}

static unsigned char sc_erofs_byte(unsigned long page)
{
	return sc_erofs_block(page) ? page % 250 + 1 : 0;
}

/* What mkfs wrote before the machine came up: the second chunk is a hole, the third lies before the first. */
static void sc_erofs_make(void)
{
	unsigned long n = sc_erofs_pages(), at = sc_order() ? 512 : 8, i;

	sc_chunks[0] = sc_in_chunks() ? 2 * at : at;
	sc_chunks[1] = EROFS_NULL_ADDR;
	sc_chunks[2] = at;
	for (i = 0; i < n; i++) {
		unsigned long block = sc_erofs_block(i);

		if (!block)
			continue;
		fsc_registry.block_refs[block] = 1;
		*(unsigned char *)page_address(pfn_to_page(fsc_registry.pmem_start_pfn + block)) = sc_erofs_byte(i);
	}
}

static struct sc_file sc_erofs_begin(void)
{
	struct fsc_erofs_image image = { .nr_pages = sc_erofs_pages(), .raw_blkaddr = 0 };
	struct sc_file f = { .name = "A" };
	struct mm_struct *mm;

	sc_erofs_make();
	image.datalayout = sc_in_chunks() ? EROFS_INODE_CHUNK_BASED : EROFS_INODE_FLAT_PLAIN;
	image.chunkbits = PAGE_SHIFT + ilog2(sc_chunk_pages());
	image.raw_blkaddr = sc_chunks[0];
	image.chunks = sc_chunks;
	SC_DO(sc_erofs_sb = fsc_erofs_mount(), "mount read-only");
	SC_NEED(sc_erofs_sb, "an image on the device can be mounted with DAX");
	mm = fsc_mm_create();
	fsc_use_mm(mm);
	f.file = fsc_erofs_open(sc_erofs_sb, &image);
	f.inode = file_inode(f.file);
	return f;
}

static void sc_erofs_close(struct sc_file *f)
{
	SC_DO(fput(f->file), "close %s", f->name);
	f->file = NULL;
}

static void sc_erofs_umount(void *inode)
{
	__fsc_step("umount");
	iput(inode);
	fsc_erofs_umount(sc_erofs_sb);
}

/* read(2): a byte of each of two neighbouring pages, by one call. */
static void sc_erofs_pread(struct sc_file *f, unsigned long page)
{
	unsigned char buf[PAGE_SIZE / 16];
	struct kvec vec = { .iov_base = buf, .iov_len = sizeof(buf) };
	struct kiocb iocb = { .ki_filp = f->file, .ki_pos = ((loff_t)(page + 1) << PAGE_SHIFT) - sizeof(buf) / 2 };
	struct iov_iter iter;
	ssize_t done;

	memset(buf, 0xff, sizeof(buf));
	iov_iter_kvec(&iter, ITER_DEST, &vec, 1, sizeof(buf));
	SC_DO(done = f->file->f_op->read_iter(&iocb, &iter), "pread from %s[%lu] into the next page", f->name, page);
	SC_EXPECT(done == sizeof(buf), "read(2) reads what was asked for");
	SC_EXPECT(!buf[0] && buf[sizeof(buf) / 2] == sc_erofs_byte(page + 1), "read(2) sees what lies on the medium");
}

FSC_SCENARIO(erofs_read, "erofs-read", "Files of a read-only file system are mapped, copied and read, in one piece and in chunks",
	     "order=0,9 chunks=0,1")
{
	struct sc_file f = sc_erofs_begin();
	struct mm_struct *mm = current->mm;
	unsigned long n = sc_chunk_pages(), last = sc_erofs_pages() - 1;
	struct page *page = NULL;
	struct sc_map m, own;
	unsigned long addr;
	long got;

	SC_DO(addr = fsc_mmap(mm, f.file, 0, 1, SC_RW, 0), "mmap A for writing");
	SC_EXPECT(IS_ERR_VALUE(addr), "a file of a read-only file system cannot be mapped for writing and shared");
	m = sc_mmap(mm, &f, 0, last + 1, SC_RO);
	sc_see(&m, n - 1, sc_erofs_byte(n - 1));
	sc_see(&m, 0, sc_erofs_byte(0));
	sc_see(&m, n + 1, sc_erofs_byte(n + 1));
	sc_see(&m, last, sc_erofs_byte(last));
	SC_EXPECT(sc_try_write(&m, 0, 9), "a mapping without write permission cannot be written to");
	SC_DO(got = fsc_dma_pin(mm, m.addr + (last << PAGE_SHIFT), 1, FOLL_PIN, &page, "dma"), "DMA reads A[%lu]", last);
	SC_EXPECT(got == 1 && page_to_pfn(page) == fsc_registry.pmem_start_pfn + sc_erofs_block(last),
		  "a device that reads a mapping reads the block that the file has there");
	if (got == 1)
		SC_DO(fsc_dma_unpin(&page, 1, "dma"), "DMA lets go");

	own = sc_mmap(mm, &f, 0, last + 1, SC_PRIVATE);
	sc_write(&own, n - 1, 211);
	sc_write(&own, n, 212);
	sc_see(&own, n - 1, 211);
	sc_see(&own, n, 212);
	sc_see(&m, n - 1, sc_erofs_byte(n - 1));
	sc_see(&m, n, sc_erofs_byte(n));
	sc_erofs_pread(&f, 0);
	sc_erofs_pread(&f, n - 1);
	sc_erofs_pread(&f, 2 * n - 1);
	sc_munmap(&own);
	sc_munmap(&m);
	sc_erofs_close(&f);
	SC_DO(sc_erofs_umount(f.inode), "umount");
	fsc_mm_destroy(mm);
}

FSC_SCENARIO(erofs_umount_pinned, "erofs-umount-pinned", "A read-only file system is unmounted while a device reads a page of it",
	     "order=0,9")
{
	struct sc_file f = sc_erofs_begin();
	struct mm_struct *mm = current->mm;
	struct sc_dma dma = { .how = SC_PUT_UNPIN };
	struct sc_map m = sc_mmap(mm, &f, 0, sc_erofs_pages(), SC_RO);
	int one, two;

	SC_DO(SC_EXPECT(fsc_dma_pin(mm, m.addr, 1, FOLL_PIN, &dma.page, "dma") == 1, "DMA can pin a page that it reads"),
	      "DMA reads A[0]");
	sc_munmap(&m);
	sc_erofs_close(&f);
	one = sc_spawn("umount", sc_erofs_umount, f.inode);
	two = sc_spawn("dma", sc_dma_end, &dma);
	sc_join(one);
	sc_join(two);
	__fsc_quiesce("umount and DMA are done");
	fsc_mm_destroy(mm);
}

FSC_SCENARIO(erofs_failure, "erofs-failure", "Memory behind a file of a read-only file system, of which nobody is told, fails",
	     "order=0,9 mapped=0,1")
{
	struct sc_file f = sc_erofs_begin();
	struct mm_struct *mm = current->mm;
	struct sc_map m = sc_mmap(mm, &f, 0, sc_erofs_pages(), SC_RO);
	unsigned long pfn = fsc_registry.pmem_start_pfn + sc_erofs_block(0);
	bool mapped = __fsc_param("mapped", 0);
	int error;

	sc_see(&m, 0, sc_erofs_byte(0));
	if (!mapped)
		sc_munmap(&m);
	SC_DO(error = memory_failure(pfn, 0), "memory failure at pfn %#lx", pfn);
	SC_EXPECT(!error, "memory failure of a page of a file is handled");
	SC_EXPECT(PageHWPoison(pfn_to_page(pfn)), "a page whose memory failed is marked bad");
	SC_EXPECT((current->fsc_sigbus > 0) == mapped, "exactly the tasks that map the failed page get SIGBUS");
	if (mapped)
		sc_munmap(&m);
	sc_erofs_close(&f);
	SC_DO(sc_erofs_umount(f.inode), "umount");
	fsc_mm_destroy(mm);
}

/* No page was loaded before: entries of a file that is open would lead to struct pages that are gone. */
FSC_SCENARIO(erofs_unbound, "erofs-unbound", "The device goes under a read-only file system, which is unmounted then", "order=0,9")
{
	struct sc_file f = sc_erofs_begin();
	struct mm_struct *mm = current->mm;
	struct sc_map m = sc_mmap(mm, &f, 0, sc_erofs_pages(), SC_RO);

	SC_DO(fsc_unbind_pmem(), "unbind pmem");
	SC_EXPECT(sc_try_read(&m, 1) & VM_FAULT_ERROR, "a page of a file whose device is gone cannot be loaded");
	sc_munmap(&m);
	sc_erofs_close(&f);
	SC_DO(sc_erofs_umount(f.inode), "umount");
	SC_DO(SC_EXPECT(fsc_bind_pmem() == 0, "the pmem driver can be bound again after it was unbound"), "bind pmem");
	fsc_mm_destroy(mm);
}
#endif
