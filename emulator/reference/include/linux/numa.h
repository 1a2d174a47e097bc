/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One NUMA node. Mirrors include/linux/numa.h and nodemask.h. */
#ifndef _LINUX_NUMA_H
#define _LINUX_NUMA_H
#define NUMA_NO_NODE (-1)
#define MAX_NUMNODES 1
#define numa_mem_id() 0
#define numa_node_id() 0
#define first_online_node 0
#define numa_map_to_online_node(n) ((void)(n), 0)
#define numa_nearest_node(n, state) ((void)(n), 0)
#define phys_to_target_node(start) 0
#define memory_add_physaddr_to_nid(start) 0
#define node_online(n) ((n) == 0)
#define NUMA_BALANCING_NORMAL 0
#endif
