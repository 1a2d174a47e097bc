/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors include/linux/swapops.h; there are no swap entries. */
#ifndef _LINUX_SWAPOPS_H
#define _LINUX_SWAPOPS_H
#include <linux/swap.h>
#define non_swap_entry(e) 0
#define is_migration_entry(e) 0
#define is_device_private_entry(e) 0
#define is_device_exclusive_entry(e) 0
#define is_hwpoison_entry(e) 0
#define is_pte_marker(pte) 0
#define is_pte_marker_entry(e) 0
#define pte_to_swp_entry(pte) ((swp_entry_t) { pte_val(pte) })
#define pmd_to_swp_entry(pmd) ((swp_entry_t) { pmd_val(pmd) })
#define thp_migration_supported() 0
#define pmd_migration_entry_wait(mm, pmd) do { } while (0)
#endif
