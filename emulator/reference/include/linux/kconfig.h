/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The configuration of the reference kernel: an x86-64 machine with pmem, FS-DAX, THP, and CONFIG_DEBUG_VM checks live.
 * Mirrors include/linux/kconfig.h and what .config would say. Left out: modular (=m) options, there are none.
 */
#ifndef _LINUX_KCONFIG_H
#define _LINUX_KCONFIG_H

#define CONFIG_64BIT 1
#define CONFIG_X86_64 1
#define CONFIG_MMU 1
#define CONFIG_SMP 1
#define CONFIG_DEBUG_VM 1
#define CONFIG_DEBUG_LIST 1
#define CONFIG_MEMCG 1
#define CONFIG_NUMA 1
#define CONFIG_BLOCK 1
#define CONFIG_SWAP 1
#define CONFIG_DAX 1
#define CONFIG_FS_DAX 1
#define CONFIG_FS_DAX_PMD 1
#define CONFIG_DEV_DAX 1
#define CONFIG_DEV_DAX_PMEM 1
#define CONFIG_DEV_DAX_HMEM 1
#define CONFIG_DEV_DAX_KMEM 1
#define CONFIG_BLK_DEV_PMEM 1
#define CONFIG_LIBNVDIMM 1
#define CONFIG_ND_PFN 1
#define CONFIG_ND_BTT 1
#define CONFIG_NVDIMM_PFN 1
#define CONFIG_NVDIMM_DAX 1
#define CONFIG_FUSE_DAX 1
#define CONFIG_VIRTIO_FS 1
#define CONFIG_EXT4_FS 1
#define CONFIG_XFS_FS 1
#define CONFIG_ZONE_DEVICE 1
#define CONFIG_DEVICE_PRIVATE 1
#define CONFIG_DEVICE_MIGRATION 1
#define CONFIG_MEMORY_HOTPLUG 1
#define CONFIG_MEMORY_HOTREMOVE 1
#define CONFIG_SPARSEMEM 1
#define CONFIG_SPARSEMEM_VMEMMAP 1
#define CONFIG_ARCH_WANT_OPTIMIZE_VMEMMAP 1
#define CONFIG_ARCH_WANT_OPTIMIZE_DAX_VMEMMAP 1
#define CONFIG_TRANSPARENT_HUGEPAGE 1
#define CONFIG_HAVE_ARCH_TRANSPARENT_HUGEPAGE 1
#define CONFIG_HAVE_ARCH_TRANSPARENT_HUGEPAGE_PUD 1
#define CONFIG_ARCH_HAS_PMEM_API 1
#define CONFIG_ARCH_HAS_PTE_DEVMAP 1
#define CONFIG_ARCH_HAS_PTE_SPECIAL 1
#define CONFIG_MEMORY_FAILURE 1
#define CONFIG_HAVE_GUP_FAST 1
#define CONFIG_GUP_GET_PXX_LOW_HIGH_OFF 1
#define CONFIG_MMU_GATHER_RCU_TABLE_FREE 1
#define CONFIG_PAGE_IDLE_FLAG 1
#define CONFIG_HAS_DMA 1
#define CONFIG_DEVMEM 1
#define CONFIG_STRICT_DEVMEM 1
#define CONFIG_IO_STRICT_DEVMEM 1
#define CONFIG_BLK_DEV_DM 1
#define CONFIG_PGTABLE_LEVELS 4
/* Off on purpose: PCI_P2PDMA, HUGETLB_PAGE, KSM, MIGRATION, USERFAULTFD, SECRETMEM, FS_DAX_LIMITED,
 * DEBUG_VM_PGFLAGS (costs a check on every flag test and fires on nothing that DEBUG_VM misses here). */

#define __ARG_PLACEHOLDER_1 0,
#define __take_second_arg(__ignored, val, ...) val
#define __is_defined(x) ___is_defined(x)
#define ___is_defined(val) ____is_defined(__ARG_PLACEHOLDER_##val)
#define ____is_defined(arg1_or_junk) __take_second_arg(arg1_or_junk 1, 0, 0)
#define IS_BUILTIN(option) __is_defined(option)
#define IS_MODULE(option) 0
#define IS_REACHABLE(option) __is_defined(option)
#define IS_ENABLED(option) __is_defined(option)

#endif
