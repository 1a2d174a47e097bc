// SPDX-License-Identifier: GPL-2.0-or-later
/* Faults of a mapped DAX file. Mirrors that part of fs/ext4/file.c of 6.10 and later (the order is a number). */
#include <linux/kconfig.h>
#if FSC_ERA >= 612
#include <linux/dax.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/fsc_pfn.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include "ext4.h"
#include "../fscfs.h"

/* A private mapping's store copies the page: the file stays as it is, and no transaction is begun. */
static vm_fault_t ext4_dax_huge_fault(struct vm_fault *vmf, unsigned int order)
{
	struct vm_area_struct *vma = vmf->vma;
	struct inode *inode = file_inode(vma->vm_file);
	bool write = (vmf->flags & FAULT_FLAG_WRITE) && (vma->vm_flags & VM_SHARED);
	struct address_space *mapping = inode->i_mapping;
	struct super_block *sb = inode->i_sb;
	handle_t *handle = NULL;
	int error, retries = 0;
	vm_fault_t ret;
	fsc_pfn_t pfn;

	if (write) {
		sb_start_pagefault(sb);
		file_update_time(vma->vm_file);
	}
	filemap_invalidate_lock_shared(mapping);
	do {
		error = 0;
		if (write) {
			handle = ext4_journal_start_sb(sb, EXT4_HT_WRITE_PAGE, EXT4_DATA_TRANS_BLOCKS(sb));
			if (IS_ERR(handle)) {
				ret = VM_FAULT_SIGBUS;
				break;
			}
		}
		ret = dax_iomap_fault(vmf, order, &pfn, &error, &ext4_iomap_ops);
		if (write)
			ext4_journal_stop(handle);
	} while (write && (ret & VM_FAULT_ERROR) && error == -ENOSPC && ext4_should_retry_alloc(sb, &retries));
	/* The lock that keeps truncate away is held until the entry that was found is in the page table. */
	if (write && (ret & VM_FAULT_NEEDDSYNC))
		ret = dax_finish_sync_fault(vmf, order, pfn);
	fscfs_look_at_sync(vmf);
	filemap_invalidate_unlock_shared(mapping);
	if (write)
		sb_end_pagefault(sb);
	return ret;
}

static vm_fault_t ext4_dax_fault(struct vm_fault *vmf)
{
	return ext4_dax_huge_fault(vmf, 0);
}

static const struct vm_operations_struct ext4_dax_vm_ops = {
	.fault = ext4_dax_fault,
	.huge_fault = ext4_dax_huge_fault,
	.page_mkwrite = ext4_dax_fault,
	.pfn_mkwrite = ext4_dax_fault,
};

const struct vm_operations_struct *fsc_ext4_dax_vm_ops(void)
{
	return &ext4_dax_vm_ops;
}
#endif
