/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A table between the sectors that a disk shows and the blocks that a namespace has, so that a write is all or nothing. Mirrors
 * drivers/nvdimm/btt.h. The machine is small: few lanes, arenas from 256 KiB on.
 */
#ifndef _LINUX_BTT_H
#define _LINUX_BTT_H
#include <linux/blkdev.h>
#include <linux/mutex.h>
#include <linux/nd.h>
#include <linux/sizes.h>
#include <linux/spinlock.h>

#define BTT_SIG_LEN 16
#define BTT_SIG "BTT_ARENA_INFO"
#define BTT_PG_SIZE 4096
#define INT_LBASIZE_ALIGNMENT 64
#define ARENA_MIN_SIZE (1UL << 18)
#define ARENA_MAX_SIZE (1ULL << 39)
#define BTT_DEFAULT_NFREE ND_MAX_LANES

/* An entry of the map: a block and two flags, both set where all is well, none where nobody has written yet. */
#define MAP_ENT_SIZE 4
#define MAP_TRIM_SHIFT 31
#define MAP_TRIM_MASK (1u << MAP_TRIM_SHIFT)
#define MAP_ERR_SHIFT 30
#define MAP_ERR_MASK (1u << MAP_ERR_SHIFT)
#define MAP_LBA_MASK (~(MAP_TRIM_MASK | MAP_ERR_MASK))
#define MAP_ENT_NORMAL 0xC0000000u
#define ent_lba(ent) ((ent) & MAP_LBA_MASK)
#define ent_e_flag(ent) (!!((ent) & MAP_ERR_MASK))
#define ent_z_flag(ent) (!!((ent) & MAP_TRIM_MASK))
#define ent_normal(ent) (ent_e_flag(ent) && ent_z_flag(ent))
#define set_e_flag(ent) ((ent) |= MAP_ERR_MASK)

#define RTT_VALID (1UL << 31)
#define RTT_INVALID 0
#define LOG_SEQ_INIT 1
#define LOG_GRP_SIZE sizeof(struct log_group)
#define LOG_ENT_SIZE sizeof(struct log_entry)

enum btt_init_state {
	INIT_UNCHECKED,
	INIT_NOTFOUND,
	INIT_READY,
};

/* What a lane last did: of the two that are in use the one with the later number is the newer. */
struct log_entry {
	__le32 lba;
	__le32 old_map;
	__le32 new_map;
	__le32 seq;
};
struct log_group {
	struct log_entry ent[4];
};

/* First block of an arena. */
struct btt_sb {
	u8 signature[BTT_SIG_LEN];
	__le32 nfree, internal_nlba, internal_lbasize, external_nlba, external_lbasize;
	__le64 nextoff, dataoff, mapoff, logoff, info2off;
	__le64 checksum;
};

/* The block that a lane writes next, and where it logs that. */
struct free_entry {
	u32 block;
	u8 sub;
	u8 seq;
	u8 has_err;
};

struct aligned_lock {
	spinlock_t lock;
};

struct arena_info {
	struct list_head list;
	struct nd_btt *nd_btt;
	u64 size, external_lba_start;
	u32 nfree, sector_size;
	u32 internal_nlba, internal_lbasize, external_nlba, external_lbasize;
	u64 infooff, dataoff, mapoff, logoff, info2off, nextoff;
	struct free_entry *freelist; /* by lane */
	u32 *rtt;                    /* by lane: what is being read */
	struct aligned_lock *map_locks;
	struct mutex err_lock;
	u32 flags;
	int log_index[2];
};

struct btt {
	struct nd_btt *nd_btt;
	struct nd_region *nd_region;
	struct gendisk *btt_disk;
	struct badblocks *phys_bb; /* of the namespace below, for a tree's code: what is here asks the namespace when it writes */
	struct list_head arena_list;
	u64 nlba;
	unsigned long long rawsize;
	u32 lbasize, sector_size;
	struct mutex init_lock;
	int init_state, num_arenas;
};
#endif
