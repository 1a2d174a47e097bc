/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mirrors include/linux/memcontrol.h; nothing is charged. */
#ifndef _LINUX_MEMCONTROL_H
#define _LINUX_MEMCONTROL_H
#include <linux/mm.h>
#define mem_cgroup_charge(folio, mm, gfp) 0
#define mem_cgroup_uncharge(folio) do { (void)(folio); } while (0)
#define mem_cgroup_uncharge_folios(folios) do { } while (0)
#define folio_throttle_swaprate(folio, gfp) do { } while (0)
#define lock_page_memcg(page) do { } while (0)
#define unlock_page_memcg(page) do { } while (0)
#define folio_memcg_lock(folio) do { } while (0)
#define folio_memcg_unlock(folio) do { } while (0)
#endif
