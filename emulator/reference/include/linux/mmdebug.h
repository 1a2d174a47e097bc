/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The VM_ checks of CONFIG_DEBUG_VM, all live. Mirrors include/linux/mmdebug.h. A firing check tells its condition;
 * the page's or folio's state is read from memory by whoever reports it.
 */
#ifndef _LINUX_MMDEBUG_H
#define _LINUX_MMDEBUG_H

#include <linux/bug.h>

struct page;
struct folio;
struct vm_area_struct;
struct mm_struct;

void dump_page(const struct page *page, const char *reason);
void dump_vma(const struct vm_area_struct *vma);
void dump_mm(const struct mm_struct *mm);

#define VM_BUG_ON(cond) __fsc_bug(!!(cond), #cond)
#define VM_BUG_ON_PAGE(cond, page) do { (void)(page); __fsc_bug(!!(cond), #cond); } while (0)
#define VM_BUG_ON_FOLIO(cond, folio) do { (void)(folio); __fsc_bug(!!(cond), #cond); } while (0)
#define VM_BUG_ON_VMA(cond, vma) do { (void)(vma); __fsc_bug(!!(cond), #cond); } while (0)
#define VM_BUG_ON_MM(cond, mm) do { (void)(mm); __fsc_bug(!!(cond), #cond); } while (0)
#define VM_WARN_ON(cond) ((void)__fsc_warn(!!(cond), #cond))
#define VM_WARN_ON_ONCE(cond) __fsc_warn_once(!!(cond), #cond)
#define VM_WARN_ON_PAGE(cond, page) ({ (void)(page); __fsc_warn(!!(cond), #cond); })
#define VM_WARN_ON_FOLIO(cond, folio) ({ (void)(folio); __fsc_warn(!!(cond), #cond); })
#define VM_WARN_ON_ONCE_PAGE(cond, page) ({ (void)(page); __fsc_warn_once(!!(cond), #cond); })
#define VM_WARN_ON_ONCE_FOLIO(cond, folio) ({ (void)(folio); __fsc_warn_once(!!(cond), #cond); })
#define VM_WARN_ON_ONCE_MM(cond, mm) ({ (void)(mm); __fsc_warn_once(!!(cond), #cond); })
#define VM_WARN_ON_ONCE_VMA(cond, vma) ({ (void)(vma); __fsc_warn_once(!!(cond), #cond); })
#define VM_WARN_ON_VMG(cond, vmg) ((void)__fsc_warn(!!(cond), #cond))
#define VM_WARN_ONCE(cond, ...) ((void)__fsc_warn_once(!!(cond), #cond))
#define VM_WARN(cond, ...) ((void)__fsc_warn(!!(cond), #cond))
/* CONFIG_DEBUG_VM_PGFLAGS is off. */
#define VM_BUG_ON_PGFLAGS(cond, page) do { } while (0)
#define VM_WARN_ON_ONCE_PGFLAGS(cond, page) do { } while (0)
#define VIRTUAL_BUG_ON(cond) do { } while (0)

#endif
