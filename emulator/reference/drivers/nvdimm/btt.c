// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A disk whose sectors are written whole or not at all: data goes to a free block, the log says which, the map is changed last; who
 * comes up again looks at the log. Mirrors drivers/nvdimm/btt.c, and nd_btt_arena_is_valid() of btt_devs.c. Left out: integrity,
 * errors on the medium, the log's layout of before v4.15, uuids and versions, debugfs.
 */
#include <linux/kconfig.h>
#if FSC_ERA >= 612
#include <linux/device.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "btt.h"

enum log_ent_request {
	LOG_NEW_ENT,
	LOG_OLD_ENT,
};

struct nd_btt *to_nd_btt(struct device *dev)
{
	return container_of(dev, struct nd_btt, dev);
}

/* ---- the medium ---- */

static int arena_read_bytes(struct arena_info *arena, resource_size_t offset, void *buf, size_t n, unsigned long flags)
{
	return nvdimm_read_bytes(arena->nd_btt->ndns, arena->nd_btt->initial_offset + offset, buf, n, flags);
}

static int arena_write_bytes(struct arena_info *arena, resource_size_t offset, void *buf, size_t n, unsigned long flags)
{
	return nvdimm_write_bytes(arena->nd_btt->ndns, arena->nd_btt->initial_offset + offset, buf, n, flags);
}

static int btt_info_read(struct arena_info *arena, struct btt_sb *super)
{
	return arena_read_bytes(arena, arena->infooff, super, sizeof(*super), 0);
}

/* The copy first: one of them is always whole. */
static int btt_info_write(struct arena_info *arena, struct btt_sb *super)
{
	int ret = arena_write_bytes(arena, arena->info2off, super, sizeof(*super), 0);

	return ret ? ret : arena_write_bytes(arena, arena->infooff, super, sizeof(*super), 0);
}

static u64 fsc_sum(struct btt_sb *super)
{
	u64 sum = 1;
	u8 *byte = (u8 *)super;

	for (size_t i = 0; i < offsetof(struct btt_sb, checksum); i++)
		sum = sum * 31 + byte[i];
	return sum;
}

bool nd_btt_arena_is_valid(struct nd_btt *nd_btt, struct btt_sb *super)
{
	(void)nd_btt;
	return !memcmp(super->signature, BTT_SIG, sizeof(BTT_SIG)) && le64_to_cpu(super->checksum) == fsc_sum(super);
}

/* ---- the map ---- */

static int __btt_map_write(struct arena_info *arena, u32 lba, __le32 mapping, unsigned long flags)
{
	WARN_ON(lba >= arena->external_nlba);
	return arena_write_bytes(arena, arena->mapoff + (u64)lba * MAP_ENT_SIZE, &mapping, MAP_ENT_SIZE, flags);
}

static int btt_map_write(struct arena_info *arena, u32 lba, u32 mapping, u32 z_flag, u32 e_flag, unsigned long rwb_flags)
{
	u32 entry = ent_lba(mapping);

	if (z_flag && e_flag)
		return -EIO;
	if (z_flag)
		entry |= MAP_TRIM_MASK;
	else
		entry |= e_flag ? MAP_ERR_MASK : MAP_ENT_NORMAL;
	return __btt_map_write(arena, lba, cpu_to_le32(entry), rwb_flags);
}

static int btt_map_read(struct arena_info *arena, u32 lba, u32 *mapping, int *trim, int *error, unsigned long rwb_flags)
{
	__le32 in;
	u32 entry;
	int ret;

	WARN_ON(lba >= arena->external_nlba);
	ret = arena_read_bytes(arena, arena->mapoff + (u64)lba * MAP_ENT_SIZE, &in, MAP_ENT_SIZE, rwb_flags);
	if (ret)
		return ret;
	entry = le32_to_cpu(in);
	/* Nobody has written it: the block of the same number. */
	*mapping = ent_z_flag(entry) || ent_e_flag(entry) ? ent_lba(entry) : lba;
	if (trim)
		*trim = ent_z_flag(entry) && !ent_e_flag(entry);
	if (error)
		*error = ent_e_flag(entry) && !ent_z_flag(entry);
	return 0;
}

/* ---- the log ---- */

static int btt_log_group_read(struct arena_info *arena, u32 lane, struct log_group *log)
{
	return arena_read_bytes(arena, arena->logoff + (u64)lane * LOG_GRP_SIZE, log, LOG_GRP_SIZE, 0);
}

/* Numbers go 1, 2, 3, 1: which of the two is the older, or -EINVAL where they cannot follow each other. */
static int btt_log_get_old(struct arena_info *a, struct log_group *log)
{
	u32 first = le32_to_cpu(log->ent[a->log_index[0]].seq), second = le32_to_cpu(log->ent[a->log_index[1]].seq);

	if (!first) {
		log->ent[a->log_index[0]].seq = cpu_to_le32(1);
		return 0;
	}
	if (!second)
		return 1;
	if (first == second || first > 3 || second > 3)
		return -EINVAL;
	return nd_inc_seq(first) == second ? 0 : 1;
}

static int btt_log_read(struct arena_info *arena, u32 lane, struct log_entry *ent, int old_flag)
{
	struct log_group log;
	int slot;

	if (btt_log_group_read(arena, lane, &log))
		return -EIO;
	slot = btt_log_get_old(arena, &log);
	if (slot < 0)
		return -EIO;
	if (old_flag == LOG_NEW_ENT)
		slot = 1 - slot;
	if (ent)
		*ent = log.ent[arena->log_index[slot]];
	return slot;
}

/* In halves: the number, by which the entry counts, comes with the second. */
static int __btt_log_write(struct arena_info *arena, u32 lane, u32 sub, struct log_entry *ent, unsigned long flags)
{
	u64 at = arena->logoff + (u64)lane * LOG_GRP_SIZE + arena->log_index[sub] * LOG_ENT_SIZE;
	int ret = arena_write_bytes(arena, at, ent, LOG_ENT_SIZE / 2, flags);

	return ret ? ret : arena_write_bytes(arena, at + LOG_ENT_SIZE / 2, (u8 *)ent + LOG_ENT_SIZE / 2, LOG_ENT_SIZE / 2, flags);
}

static int btt_flog_write(struct arena_info *arena, u32 lane, u32 sub, struct log_entry *ent)
{
	struct free_entry *free = &arena->freelist[lane];
	int ret = __btt_log_write(arena, lane, sub, ent, NVDIMM_IO_ATOMIC);

	if (ret)
		return ret;
	/* The block that the sector had is the next to be written. */
	free->sub = 1 - free->sub;
	free->seq = nd_inc_seq(free->seq);
	free->block = ent_lba(le32_to_cpu(ent->old_map));
	if (ent_e_flag(le32_to_cpu(ent->old_map)))
		free->has_err = 1;
	return 0;
}

/* ---- coming up ---- */

static int fsc_zero_bytes(struct arena_info *arena, u64 from, u64 upto)
{
	void *zeroes = kzalloc(SZ_4K, GFP_KERNEL);
	int ret = 0;

	if (!zeroes)
		return -ENOMEM;
	for (; !ret && from < upto; from += SZ_4K)
		ret = arena_write_bytes(arena, from, zeroes, min_t(u64, SZ_4K, upto - from), 0);
	kfree(zeroes);
	return ret;
}

static int btt_map_init(struct arena_info *arena)
{
	return fsc_zero_bytes(arena, arena->mapoff, arena->logoff);
}

static int btt_log_init(struct arena_info *arena)
{
	int ret = fsc_zero_bytes(arena, arena->logoff, arena->info2off);

	for (u32 lane = 0; !ret && lane < arena->nfree; lane++) {
		u32 spare = arena->external_nlba + lane;
		struct log_entry ent = {
			.lba = cpu_to_le32(lane),
			.old_map = cpu_to_le32(spare),
			.new_map = cpu_to_le32(spare),
			.seq = cpu_to_le32(LOG_SEQ_INIT),
		};

		ret = __btt_log_write(arena, lane, 0, &ent, 0);
	}
	return ret;
}

/* What each lane's last write left: its free block, and a map that it did not come to change. */
static int btt_freelist_init(struct arena_info *arena)
{
	arena->freelist = kcalloc(arena->nfree, sizeof(*arena->freelist), GFP_KERNEL);
	if (!arena->freelist)
		return -ENOMEM;
	for (u32 lane = 0; lane < arena->nfree; lane++) {
		struct free_entry *free = &arena->freelist[lane];
		u32 had, has, mapped;
		struct log_entry last;
		int ret = btt_log_read(arena, lane, &last, LOG_NEW_ENT);

		if (ret < 0)
			return ret;
		had = ent_lba(le32_to_cpu(last.old_map));
		has = ent_lba(le32_to_cpu(last.new_map));
		free->sub = 1 - ret;
		free->seq = nd_inc_seq(le32_to_cpu(last.seq));
		free->block = had;
		if (had == has)
			continue; /* nobody has written by it */
		ret = btt_map_read(arena, le32_to_cpu(last.lba), &mapped, NULL, NULL, 0);
		if (!ret && mapped == had && mapped != has)
			ret = btt_map_write(arena, le32_to_cpu(last.lba), has, 0, 0, 0);
		if (ret)
			return ret;
	}
	return 0;
}

static int btt_rtt_init(struct arena_info *arena)
{
	arena->rtt = kcalloc(arena->nfree, sizeof(*arena->rtt), GFP_KERNEL);
	return arena->rtt ? 0 : -ENOMEM;
}

static int btt_maplocks_init(struct arena_info *arena)
{
	arena->map_locks = kcalloc(arena->nfree, sizeof(*arena->map_locks), GFP_KERNEL);
	if (!arena->map_locks)
		return -ENOMEM;
	for (u32 i = 0; i < arena->nfree; i++)
		spin_lock_init(&arena->map_locks[i].lock);
	return 0;
}

static int fsc_arena_tables(struct arena_info *arena)
{
	int ret = btt_freelist_init(arena);

	if (!ret)
		ret = btt_rtt_init(arena);
	return ret ? ret : btt_maplocks_init(arena);
}

static struct arena_info *alloc_arena(struct btt *btt, size_t size, size_t start, size_t arena_off)
{
	struct arena_info *arena = kzalloc(sizeof(*arena), GFP_KERNEL);
	u64 room, log, map;

	if (!arena)
		return NULL;
	arena->nd_btt = btt->nd_btt;
	arena->sector_size = btt->sector_size;
	arena->log_index[1] = 1;
	mutex_init(&arena->err_lock);
	if (!size)
		return arena;

	arena->size = size;
	arena->external_lba_start = start;
	arena->external_lbasize = btt->lbasize;
	arena->internal_lbasize = round_up(btt->lbasize, INT_LBASIZE_ALIGNMENT);
	arena->nfree = BTT_DEFAULT_NFREE;
	/* Info, data, map, log, info again. */
	log = round_up(arena->nfree * LOG_GRP_SIZE, BTT_PG_SIZE);
	room = round_down(size, BTT_PG_SIZE) - 2 * BTT_PG_SIZE - log;
	arena->internal_nlba = div_u64(room - BTT_PG_SIZE, arena->internal_lbasize + MAP_ENT_SIZE);
	arena->external_nlba = arena->internal_nlba - arena->nfree;
	map = round_up((u64)arena->external_nlba * MAP_ENT_SIZE, BTT_PG_SIZE);
	arena->infooff = arena_off;
	arena->dataoff = arena_off + BTT_PG_SIZE;
	arena->mapoff = arena->dataoff + room - map;
	arena->logoff = arena->mapoff + map;
	arena->info2off = arena->logoff + log;
	return arena;
}

static void fsc_free_arena(struct arena_info *arena)
{
	kfree(arena->map_locks);
	kfree(arena->rtt);
	kfree(arena->freelist);
	kfree(arena);
}

static void free_arenas(struct btt *btt)
{
	struct arena_info *arena, *next;

	list_for_each_entry_safe(arena, next, &btt->arena_list, list) {
		list_del(&arena->list);
		fsc_free_arena(arena);
	}
}

static void parse_arena_meta(struct arena_info *arena, struct btt_sb *super, u64 arena_off)
{
	u64 next = le64_to_cpu(super->nextoff);

	arena->infooff = arena_off;
	arena->info2off = arena_off + le64_to_cpu(super->info2off);
	arena->logoff = arena_off + le64_to_cpu(super->logoff);
	arena->external_nlba = le32_to_cpu(super->external_nlba);
	arena->mapoff = arena_off + le64_to_cpu(super->mapoff);
	arena->internal_nlba = le32_to_cpu(super->internal_nlba);
	arena->dataoff = arena_off + le64_to_cpu(super->dataoff);
	arena->external_lbasize = le32_to_cpu(super->external_lbasize);
	arena->internal_lbasize = le32_to_cpu(super->internal_lbasize);
	arena->nfree = le32_to_cpu(super->nfree);
	arena->nextoff = next ? arena_off + next : 0;
	arena->size = next ? next : arena->info2off - arena->infooff + BTT_PG_SIZE;
}

/* One arena of the medium, from `off` on. -ENOENT: there is none, and nothing before it. */
static int fsc_discover(struct btt *btt, struct arena_info *arena, struct btt_sb *super, size_t off)
{
	int ret;

	arena->infooff = off;
	ret = btt_info_read(arena, super);
	if (ret)
		return ret;
	if (!nd_btt_arena_is_valid(btt->nd_btt, super))
		return off ? -ENODEV : -ENOENT;
	parse_arena_meta(arena, super, off);
	/* Each lane has a free block of its own. */
	if (arena->nfree < btt->nd_region->num_lanes)
		return -ENODEV;
	return fsc_arena_tables(arena);
}

static int discover_arenas(struct btt *btt)
{
	struct btt_sb *super = kzalloc(sizeof(*super), GFP_KERNEL);
	struct arena_info *arena;
	size_t off = 0;
	int ret = super ? 0 : -ENOMEM;

	while (!ret && off < btt->rawsize) {
		arena = alloc_arena(btt, 0, 0, 0);
		ret = arena ? fsc_discover(btt, arena, super, off) : -ENOMEM;
		if (ret) {
			if (arena)
				fsc_free_arena(arena);
			break;
		}
		arena->external_lba_start = btt->nlba;
		list_add_tail(&arena->list, &btt->arena_list);
		btt->nlba += arena->external_nlba;
		btt->num_arenas++;
		off += arena->size;
		if (!arena->nextoff)
			break;
	}
	kfree(super);
	if (!ret) {
		btt->init_state = INIT_READY;
	} else {
		free_arenas(btt);
		btt->nlba = 0;
	}
	if (ret == -ENOENT)
		btt->init_state = INIT_NOTFOUND;
	return ret == -ENOENT ? 0 : ret;
}

static int create_arenas(struct btt *btt)
{
	size_t left = btt->rawsize, off = 0;

	while (left >= ARENA_MIN_SIZE) {
		size_t size = min_t(u64, ARENA_MAX_SIZE, left);
		struct arena_info *arena = alloc_arena(btt, size, btt->nlba, off);

		if (!arena)
			return -ENOMEM;
		left -= size;
		off += size;
		arena->nextoff = left >= ARENA_MIN_SIZE ? size : 0;
		btt->nlba += arena->external_nlba;
		list_add_tail(&arena->list, &btt->arena_list);
	}
	return 0;
}

static int btt_arena_write_layout(struct arena_info *arena)
{
	struct btt_sb *super;
	int ret = btt_map_init(arena);

	if (!ret)
		ret = btt_log_init(arena);
	if (ret)
		return ret;
	super = kzalloc(sizeof(*super), GFP_NOIO);
	if (!super)
		return -ENOMEM;
	memcpy(super->signature, BTT_SIG, sizeof(BTT_SIG));
	/* Places are from the beginning of this arena. */
	super->info2off = cpu_to_le64(arena->info2off - arena->infooff);
	super->external_nlba = cpu_to_le32(arena->external_nlba);
	super->logoff = cpu_to_le64(arena->logoff - arena->infooff);
	super->internal_nlba = cpu_to_le32(arena->internal_nlba);
	super->mapoff = cpu_to_le64(arena->mapoff - arena->infooff);
	super->nfree = cpu_to_le32(arena->nfree);
	super->dataoff = cpu_to_le64(arena->dataoff - arena->infooff);
	super->external_lbasize = cpu_to_le32(arena->external_lbasize);
	super->internal_lbasize = cpu_to_le32(arena->internal_lbasize);
	super->nextoff = cpu_to_le64(arena->nextoff);
	super->checksum = cpu_to_le64(fsc_sum(super));
	ret = btt_info_write(arena, super);
	kfree(super);
	return ret;
}

static int btt_meta_init(struct btt *btt)
{
	struct arena_info *arena;
	int ret = 0;

	mutex_lock(&btt->init_lock);
	list_for_each_entry(arena, &btt->arena_list, list) {
		ret = btt_arena_write_layout(arena);
		if (!ret)
			ret = fsc_arena_tables(arena);
		if (ret)
			break;
	}
	if (!ret)
		btt->init_state = INIT_READY;
	mutex_unlock(&btt->init_lock);
	return ret;
}

/* ---- I/O ---- */

static int lba_to_arena(struct btt *btt, sector_t sector, __u32 *premap, struct arena_info **arena)
{
	u64 lba = div_u64(sector << SECTOR_SHIFT, btt->sector_size);
	struct arena_info *a;

	list_for_each_entry(a, &btt->arena_list, list) {
		if (lba < a->external_nlba) {
			*arena = a;
			*premap = lba;
			return 0;
		}
		lba -= a->external_nlba;
	}
	return -EIO;
}

static spinlock_t *fsc_map_lock(struct arena_info *arena, u32 premap)
{
	return &arena->map_locks[premap * MAP_ENT_SIZE / 64 % arena->nfree].lock;
}

static void lock_map(struct arena_info *arena, u32 premap)
{
	spin_lock(fsc_map_lock(arena, premap));
}

static void unlock_map(struct arena_info *arena, u32 premap)
{
	spin_unlock(fsc_map_lock(arena, premap));
}

static u64 to_namespace_offset(struct arena_info *arena, u64 lba)
{
	return arena->dataoff + lba * arena->internal_lbasize;
}

static int btt_data_read(struct arena_info *arena, struct page *page, unsigned int off, u32 lba, u32 len)
{
	return arena_read_bytes(arena, to_namespace_offset(arena, lba), page_address(page) + off, len, NVDIMM_IO_ATOMIC);
}

static int btt_data_write(struct arena_info *arena, u32 lba, struct page *page, unsigned int off, u32 len)
{
	return arena_write_bytes(arena, to_namespace_offset(arena, lba), page_address(page) + off, len, NVDIMM_IO_ATOMIC);
}

/* A block that is announced as read by some lane is not given anew; the map is looked at again once it is. */
static int fsc_read_sector(struct arena_info *arena, u32 lane, u32 premap, struct page *page, unsigned int off, u32 len)
{
	u32 postmap, again;
	int trim, error, ret = btt_map_read(arena, premap, &postmap, &trim, &error, NVDIMM_IO_ATOMIC);

	while (!ret && !trim && !error) {
		arena->rtt[lane] = RTT_VALID | postmap;
		barrier();
		ret = btt_map_read(arena, premap, &again, &trim, &error, NVDIMM_IO_ATOMIC);
		if (ret || (again == postmap && !trim && !error))
			break;
		postmap = again;
	}
	if (!ret && trim)
		memset(page_address(page) + off, 0, len);
	else if (!ret)
		ret = error ? -EIO : btt_data_read(arena, page, off, postmap, len);
	arena->rtt[lane] = RTT_INVALID;
	return ret;
}

static int btt_read_pg(struct btt *btt, void *bip, struct page *page, unsigned int off, sector_t sector, unsigned int len)
{
	struct arena_info *arena;
	u32 premap;
	int ret = 0;

	(void)bip;
	while (!ret && len) {
		u32 lane = nd_region_acquire_lane(btt->nd_region), now = min(btt->sector_size, len);

		ret = lba_to_arena(btt, sector, &premap, &arena);
		if (!ret)
			ret = fsc_read_sector(arena, lane, premap, page, off, now);
		nd_region_release_lane(btt->nd_region, lane);
		len -= now;
		off += now;
		sector += btt->sector_size >> SECTOR_SHIFT;
	}
	return ret;
}

/* Data, log, map; the block that the sector had becomes the lane's free one. */
static int fsc_write_sector(struct arena_info *arena, u32 lane, u32 premap, struct page *page, unsigned int off, u32 len)
{
	u32 fresh = arena->freelist[lane].block, had;
	struct log_entry log;
	int ret, error;

	for (u32 i = 0; i < arena->nfree; i++)
		while (READ_ONCE(arena->rtt[i]) == (RTT_VALID | fresh))
			cpu_relax();
	if (fresh >= arena->internal_nlba)
		return -EIO;
	ret = btt_data_write(arena, fresh, page, off, len);
	if (ret)
		return ret;

	lock_map(arena, premap);
	ret = btt_map_read(arena, premap, &had, NULL, &error, NVDIMM_IO_ATOMIC);
	if (!ret && had >= arena->internal_nlba)
		ret = -EIO;
	if (!ret) {
		if (error)
			set_e_flag(had);
		log.lba = cpu_to_le32(premap);
		log.old_map = cpu_to_le32(had);
		log.new_map = cpu_to_le32(fresh);
		log.seq = cpu_to_le32(arena->freelist[lane].seq);
		ret = btt_flog_write(arena, lane, arena->freelist[lane].sub, &log);
	}
	if (!ret)
		ret = btt_map_write(arena, premap, fresh, 0, 0, NVDIMM_IO_ATOMIC);
	unlock_map(arena, premap);
	return ret;
}

static int btt_write_pg(struct btt *btt, void *bip, sector_t sector, struct page *page, unsigned int off, unsigned int len)
{
	struct arena_info *arena;
	u32 premap;
	int ret = 0;

	(void)bip;
	while (!ret && len) {
		u32 lane = nd_region_acquire_lane(btt->nd_region), now = min(btt->sector_size, len);

		ret = lba_to_arena(btt, sector, &premap, &arena);
		if (!ret)
			ret = fsc_write_sector(arena, lane, premap, page, off, now);
		nd_region_release_lane(btt->nd_region, lane);
		len -= now;
		off += now;
		sector += btt->sector_size >> SECTOR_SHIFT;
	}
	return ret;
}

static void btt_submit_bio(struct bio *bio)
{
	struct btt *btt = bio->bi_bdev->bd_disk->private_data;
	bool write = op_is_write(bio_op(bio));
	struct bvec_iter iter;
	struct bio_vec bvec;
	int err;

	bio_for_each_segment(bvec, bio, iter) {
		if (!bvec.bv_len || bvec.bv_len % btt->sector_size)
			err = -EIO;
		else if (write)
			err = btt_write_pg(btt, NULL, iter.bi_sector, bvec.bv_page, bvec.bv_offset, bvec.bv_len);
		else
			err = btt_read_pg(btt, NULL, bvec.bv_page, bvec.bv_offset, iter.bi_sector, bvec.bv_len);
		if (err) {
			bio->bi_status = errno_to_blk_status(err);
			break;
		}
	}
	bio_endio(bio);
}

/* ---- the disk ---- */

static const struct block_device_operations btt_fops = {
	.owner = THIS_MODULE,
	.submit_bio = btt_submit_bio,
};

static int btt_blk_init(struct btt *btt)
{
	struct queue_limits lim = { .logical_block_size = btt->sector_size, .features = BLK_FEAT_SYNCHRONOUS };
	struct gendisk *disk = blk_alloc_disk(&lim, NUMA_NO_NODE);
	int rc;

	if (IS_ERR(disk))
		return PTR_ERR(disk);
	nvdimm_namespace_disk_name(btt->nd_btt->ndns, disk->disk_name);
	disk->fops = &btt_fops;
	disk->private_data = btt;
	set_capacity(disk, btt->nlba * btt->sector_size >> SECTOR_SHIFT);
	rc = device_add_disk(&btt->nd_btt->dev, disk, NULL);
	if (rc) {
		put_disk(disk);
		return rc;
	}
	btt->btt_disk = disk;
	btt->nd_btt->size = btt->nlba * btt->sector_size;
	nvdimm_check_and_set_ro(disk);
	return 0;
}

static void btt_blk_cleanup(struct btt *btt)
{
	struct gendisk *disk = btt->btt_disk;

	del_gendisk(disk);
	put_disk(disk);
}

static struct btt *btt_init(struct nd_btt *nd_btt, unsigned long long rawsize, u32 lbasize, uuid_t *uuid, struct nd_region *nd_region)
{
	struct btt *btt = devm_kzalloc(&nd_btt->dev, sizeof(*btt), GFP_KERNEL);
	int ret;

	(void)uuid;
	if (!btt)
		return NULL;
	mutex_init(&btt->init_lock);
	INIT_LIST_HEAD(&btt->arena_list);
	btt->sector_size = lbasize < 4096 ? 512 : 4096;
	btt->lbasize = lbasize;
	btt->rawsize = rawsize;
	btt->nd_region = nd_region;
	btt->nd_btt = nd_btt;
	btt->phys_bb = &to_nd_namespace_io(&nd_btt->ndns->dev)->bb;

	ret = discover_arenas(btt);
	if (!ret && btt->init_state != INIT_READY) {
		ret = nd_region->ro ? -EROFS : create_arenas(btt);
		if (!ret)
			ret = btt_meta_init(btt);
	}
	if (!ret)
		ret = btt_blk_init(btt);
	if (!ret)
		return btt;
	free_arenas(btt);
	return NULL;
}

static void btt_fini(struct btt *btt)
{
	if (!btt)
		return;
	btt_blk_cleanup(btt);
	free_arenas(btt);
}

int nvdimm_namespace_attach_btt(struct nd_namespace_common *ndns)
{
	struct nd_btt *nd_btt = to_nd_btt(ndns->claim);
	size_t size = nvdimm_namespace_capacity(ndns), rawsize = size - nd_btt->initial_offset;
	int rc;

	if (!nd_btt->ndns || !nd_btt->lbasize)
		return -ENODEV;
	rc = devm_namespace_enable(&nd_btt->dev, ndns, size);
	if (rc)
		return rc;
	if (rawsize < ARENA_MIN_SIZE)
		return -ENXIO;
	nd_btt->btt = btt_init(nd_btt, rawsize, nd_btt->lbasize, nd_btt->uuid, to_nd_region(nd_btt->dev.parent));
	return nd_btt->btt ? 0 : -ENOMEM;
}

int nvdimm_namespace_detach_btt(struct nd_btt *nd_btt)
{
	btt_fini(nd_btt->btt);
	nd_btt->btt = NULL;
	return 0;
}
#endif
