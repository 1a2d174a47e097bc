/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The XArray API (lib/xarray.c) over one sorted table per array; its layout is told in include/linux/xarray.h.
 *
 * Why a table: a mapping here holds a handful of entries, a run is judged by what callers can see of the API, and a
 * table is read by an observer in ten lines. What is kept on purpose: the states of xa_node (RESTART, BOUNDS, NULL,
 * error, valid), that the node goes away with the last entry, or when of several entries only that at index 0 is left (a
 * stale state that is used afterwards is a use after free, as in the tree), -ENOMEM with the xas_nomem() retry (sites
 * "xas_alloc" and "xas_nomem"), and that a position inside a multi-index entry stands for all of it.
 */
#include <linux/xarray.h>
#include <linux/export.h>
#include <linux/slab.h>

static unsigned int fsc_xas_order(const struct xa_state *xas)
{
	unsigned int order = xas->xa_shift;
	unsigned int width;

	for (width = (unsigned int)xas->xa_sibs + 1; width > 1; width >>= 1)
		order++;
	return order;
}

static unsigned long fsc_slot_last(const struct xa_slot *slot)
{
	return slot->index + ((1UL << slot->order) - 1);
}

/* Position of the first slot that ends at or after index; nr when there is none. */
static unsigned int fsc_xa_lower(const struct xa_node *node, unsigned long index)
{
	unsigned int i = 0;

	while (i < node->nr && fsc_slot_last(&node->slots[i]) < index)
		i++;
	return i;
}

static struct xa_slot *fsc_xa_at(const struct xa_node *node, unsigned long index)
{
	unsigned int i;

	if (!node)
		return NULL;
	i = fsc_xa_lower(node, index);
	if (i == node->nr || node->slots[i].index > index)
		return NULL;
	return &node->slots[i];
}

/* The tree would end at the first power of 64 above its last index: beyond that is out of bounds. */
static bool fsc_xa_beyond(const struct xa_node *node, unsigned long index)
{
	unsigned long last = fsc_slot_last(&node->slots[node->nr - 1]);

	while (last | index) {
		if (!last)
			return true;
		last >>= XA_CHUNK_SHIFT;
		index >>= XA_CHUNK_SHIFT;
	}
	return false;
}

static void fsc_xa_root_marks(struct xarray *xa)
{
	struct xa_node *node = xa->xa_head;
	unsigned int all = 0, i;

	for (i = 0; node && i < node->nr; i++)
		all |= node->slots[i].marks;
	for (i = 0; i < XA_MAX_MARKS; i++) {
		if (all & (1U << i))
			xa->xa_flags |= XA_FLAGS_MARK(i);
		else
			xa->xa_flags &= ~XA_FLAGS_MARK(i);
	}
}

static struct xa_node *fsc_xa_node_new(void)
{
	return __fsc_alloc(sizeof(struct xa_node), 64, FSC_ZERO, "xa_node");
}

static void fsc_xa_node_free(struct xa_node *node)
{
	if (node->slots)
		__fsc_free(node->slots);
	__fsc_free(node);
}

static void fsc_xa_node_free_rcu(struct rcu_head *head)
{
	fsc_xa_node_free(container_of(head, struct xa_node, rcu_head));
}

/* The tree keeps a small entry at index 0 that is alone in the array itself, and its nodes go. */
static bool fsc_xa_lies_in_head(const struct xa_node *node)
{
	return node->nr == 1 && !node->slots[0].index && !node->slots[0].order;
}

/* Whose state stands on the node does not stand on what takes its place. */
static void fsc_xa_shrink(struct xarray *xa)
{
	struct xa_node *old = xa->xa_head, *node = fsc_xa_node_new();

	*node = *old;
	old->slots = NULL;
	old->nr = 0;
	old->cap = 0;
	xa->xa_head = node;
	call_rcu(&old->rcu_head, fsc_xa_node_free_rcu);
}

static void fsc_xa_remove(struct xarray *xa, unsigned int at, unsigned int count)
{
	struct xa_node *node = xa->xa_head;
	unsigned int i;

	if (!count)
		return;
	for (i = at; i + count < node->nr; i++)
		node->slots[i] = node->slots[i + count];
	node->nr -= count;
	if (!node->nr) {
		xa->xa_head = NULL;
		fsc_xa_node_free(node);
	} else if (fsc_xa_lies_in_head(node)) {
		fsc_xa_shrink(xa);
	}
}

static struct xa_slot *fsc_xa_make_room(struct xa_node *node, unsigned int at)
{
	unsigned int i;

	if (node->nr == node->cap) {
		unsigned int cap = node->cap ? node->cap * 2 : 8;
		struct xa_slot *wider = __fsc_alloc(cap * sizeof(*wider), 64, FSC_ZERO, "xa_slots");

		for (i = 0; i < node->nr; i++)
			wider[i] = node->slots[i];
		if (node->slots)
			__fsc_free(node->slots);
		node->slots = wider;
		node->cap = cap;
	}
	for (i = node->nr; i > at; i--)
		node->slots[i] = node->slots[i - 1];
	node->nr++;
	return &node->slots[at];
}

static void *fsc_xas_bounds(struct xa_state *xas)
{
	xas->xa_node = XAS_BOUNDS;
	return NULL;
}

/* Where a valid state stands. Somebody may have moved xa_index by hand past the entry the state stood on. */
static unsigned long fsc_xas_here(const struct xa_state *xas)
{
	return xas->xa_cursor;
}

static struct xa_slot *fsc_xas_slot(const struct xa_state *xas)
{
	if (xas_invalid(xas) || !xas->xa_node)
		return NULL;
	return fsc_xa_at(xas->xa_node, fsc_xas_here(xas));
}

void *xas_load(struct xa_state *xas)
{
	struct xa_node *node;
	struct xa_slot *slot;

	if (xas_error(xas))
		return NULL;
	if (xas_is_node(xas)) {
		slot = fsc_xas_slot(xas);
		return slot ? slot->entry : NULL;
	}
	node = xas->xa->xa_head;
	if (!node) {
		if (xas->xa_index)
			return fsc_xas_bounds(xas);
		xas->xa_node = NULL;
		return NULL;
	}
	if (fsc_xa_beyond(node, xas->xa_index))
		return fsc_xas_bounds(xas);
	xas->xa_node = node;
	xas->xa_cursor = xas->xa_index;
	slot = fsc_xas_slot(xas);
	return slot ? slot->entry : NULL;
}

#if FSC_ERA < 612
/* Where the entry that xas_load() found lies, NULL when it found none: a radix tree's slot. */
void **fsc_xas_entry(struct xa_state *xas)
{
	struct xa_slot *slot = xas_is_node(xas) ? fsc_xas_slot(xas) : NULL;

	return slot ? &slot->entry : NULL;
}
#endif

/* A node for a first entry, or for one more; the tree's need for memory is asked for at the same moments. */
static bool fsc_xas_reserve(struct xa_state *xas)
{
	struct xa_node *spare = xas->xa_alloc;

	if (!spare && __fsc_fail("xas_alloc")) {
		xas_set_err(xas, -ENOMEM);
		return false;
	}
	xas->xa_alloc = NULL;
	if (xas->xa->xa_head) {
		if (spare)
			fsc_xa_node_free(spare);
		return true;
	}
	if (!spare)
		spare = fsc_xa_node_new();
	spare->array = xas->xa;
	xas->xa->xa_head = spare;
	return true;
}

void *xas_store(struct xa_state *xas, void *entry)
{
	struct xarray *xa = xas->xa;
	unsigned int order = fsc_xas_order(xas);
	unsigned long pos, end;
	unsigned int lo, hi, marks = 0;
	struct xa_node *node;
	struct xa_slot *slot;
	void *old;

	if (xas_error(xas))
		return NULL;
	/* lockdep_is_held() stands in the tree's own accessors, for whatever changes an array. */
	WARN_ON_ONCE(!__fsc_lock_held(&xa->xa_lock, FSC_LOCK_EXCL));

	old = xas_load(xas);
	pos = xas_is_node(xas) ? fsc_xas_here(xas) : xas->xa_index;
	slot = xas_is_node(xas) ? fsc_xas_slot(xas) : NULL;

	if (slot && slot->order >= order) {
		/* Any index of a wider entry is that entry. */
		if (entry) {
			slot->entry = entry;
			return old;
		}
		fsc_xa_remove(xa, (unsigned int)(slot - xas->xa_node->slots), 1);
	} else {
		pos &= ~((1UL << order) - 1);
		end = pos + ((1UL << order) - 1);
		if (!entry && !xas_is_node(xas))
			return NULL;
		if (entry && !fsc_xas_reserve(xas))
			return NULL;
		node = xa->xa_head;
		lo = fsc_xa_lower(node, pos);
		for (hi = lo; hi < node->nr && node->slots[hi].index <= end; hi++) {
			marks |= node->slots[hi].marks;
			old = node->slots[hi].entry;
		}
		if (entry) {
			/* What lies in the range becomes this one entry, and its marks become the entry's. */
			slot = lo < hi ? &node->slots[lo] : fsc_xa_make_room(node, lo);
			slot->index = pos;
			slot->order = order;
			slot->marks = marks;
			slot->entry = entry;
			if (hi > lo + 1)
				fsc_xa_remove(xa, lo + 1, hi - lo - 1);
			xas->xa_node = node;
			xas->xa_cursor = pos;
			fsc_xa_root_marks(xa);
			return old;
		}
		fsc_xa_remove(xa, lo, hi - lo);
	}
	if (xas->xa_node != xa->xa_head)
		xas->xa_node = XAS_BOUNDS;
	fsc_xa_root_marks(xa);
	return old;
}
EXPORT_SYMBOL_GPL(xas_store);

/* First index after what the state stands on. */
static unsigned long fsc_xas_step(const struct xa_state *xas)
{
	unsigned long here = fsc_xas_here(xas);
	struct xa_slot *slot = fsc_xas_slot(xas);
	unsigned long last = slot ? fsc_slot_last(slot) : here;

	if (xas->xa_index > last)
		return xas->xa_index;
	return last + 1;
}

void *xas_find(struct xa_state *xas, unsigned long max)
{
	struct xa_node *node;
	unsigned long from;
	unsigned int i;
	void *entry;

	if (xas_error(xas) || xas->xa_node == XAS_BOUNDS)
		return NULL;
	if (xas->xa_index > max)
		return fsc_xas_bounds(xas);
	if (xas->xa_node == XAS_RESTART) {
		entry = xas_load(xas);
		if (entry || !xas_is_node(xas))
			return entry;
	} else if (!xas->xa_node) {
		xas->xa_index = 1;
		return fsc_xas_bounds(xas);
	}

	node = xas->xa_node;
	from = fsc_xas_step(xas);
	i = fsc_xa_lower(node, from);
	if (!from || i == node->nr || node->slots[i].index > max) {
		xas->xa_index = max + 1;
		return fsc_xas_bounds(xas);
	}
	xas->xa_index = node->slots[i].index;
	xas->xa_cursor = xas->xa_index;
	return node->slots[i].entry;
}
EXPORT_SYMBOL_GPL(xas_find);

void *xas_find_marked(struct xa_state *xas, unsigned long max, xa_mark_t mark)
{
	unsigned long from = xas->xa_index;
	struct xa_node *node;
	unsigned int i;

	if (xas_error(xas) || xas->xa_node == XAS_BOUNDS)
		return NULL;
	if (from > max)
		return fsc_xas_bounds(xas);
	if (xas_valid(xas)) {
		if (!xas->xa_node) {
			xas->xa_index = 1;
			return fsc_xas_bounds(xas);
		}
		from = fsc_xas_step(xas);
		if (!from)
			return fsc_xas_bounds(xas);
	}
	node = xas_valid(xas) ? xas->xa_node : xas->xa->xa_head;
	for (i = node ? fsc_xa_lower(node, from) : 0; node && i < node->nr; i++) {
		const struct xa_slot *slot = &node->slots[i];
		unsigned int unit = slot->order - slot->order % XA_CHUNK_SHIFT;

		if (slot->index > max)
			break;
		if (!(slot->marks & (1U << mark)))
			continue;
		/* A start inside a wide entry stays where it is only within the first of the tree's slots. */
		if (slot->index > from || (from - slot->index) >> unit)
			from = slot->index;
		xas->xa_node = node;
		xas->xa_index = from;
		xas->xa_cursor = from;
		return slot->entry;
	}
	xas->xa_index = max + 1;
	xas->xa_node = max == ~0UL ? XAS_BOUNDS : XAS_RESTART;
	if (!node)
		xas->xa_node = XAS_BOUNDS;
	return NULL;
}
EXPORT_SYMBOL_GPL(xas_find_marked);

void *xas_find_conflict(struct xa_state *xas)
{
	unsigned long width = 1UL << fsc_xas_order(xas);
	unsigned long first, from;
	struct xa_node *node;
	struct xa_slot *slot;
	unsigned int i;

	if (xas_error(xas) || !xas->xa_node)
		return NULL;
	first = xas->xa_index & ~(width - 1);
	if (xas_top(xas->xa_node)) {
		if (!xas_load(xas) && !xas_is_node(xas)) {
			/* Out of the tree, or an empty one: there is nothing in the way. */
			return NULL;
		}
		from = first;
	} else {
		slot = fsc_xas_slot(xas);
		if (slot && slot->order >= fsc_xas_order(xas))
			return NULL;
		from = fsc_xas_step(xas);
		if (from < first)
			from = first;
	}
	node = xas->xa_node;
	i = fsc_xa_lower(node, from);
	if (i == node->nr || node->slots[i].index > first + (width - 1)) {
		xas->xa_cursor = first;
		return NULL;
	}
	slot = &node->slots[i];
	xas->xa_cursor = slot->index > first ? slot->index : xas->xa_index;
	return slot->entry;
}
EXPORT_SYMBOL_GPL(xas_find_conflict);

bool xas_get_mark(const struct xa_state *xas, xa_mark_t mark)
{
	struct xa_slot *slot = fsc_xas_slot(xas);

	return slot && (slot->marks & (1U << mark));
}

void xas_set_mark(const struct xa_state *xas, xa_mark_t mark)
{
	struct xa_slot *slot = fsc_xas_slot(xas);

	WARN_ON_ONCE(!__fsc_lock_held(&xas->xa->xa_lock, FSC_LOCK_EXCL));
	if (!slot)
		return;
	slot->marks |= 1U << mark;
	xas->xa->xa_flags |= XA_FLAGS_MARK(mark);
}

/* The slot that had the mark; NULL: there is nothing to clear. */
static struct xa_slot *fsc_xas_unmark(const struct xa_state *xas, xa_mark_t mark)
{
	struct xa_slot *slot = fsc_xas_slot(xas);

	WARN_ON_ONCE(!__fsc_lock_held(&xas->xa->xa_lock, FSC_LOCK_EXCL));
	if (!slot || !(slot->marks & (1U << mark)))
		return NULL;
	slot->marks &= ~(1U << mark);
	fsc_xa_root_marks(xas->xa);
	return slot;
}

/* Unlike an entry that goes, one that stays and loses a mark says so: dirty data may hang on it. */
void xas_clear_mark(const struct xa_state *xas, xa_mark_t mark)
{
	struct xa_slot *slot = fsc_xas_unmark(xas, mark);

	if (slot && mark == XA_MARK_0 && xa_is_value(slot->entry))
		__fsc_event("clean-entry", "entry=%#lx index=%lu order=%u", (unsigned long)slot->entry, slot->index,
			    slot->order);
}

void xas_init_marks(const struct xa_state *xas)
{
	xa_mark_t mark;

	for (mark = XA_MARK_0; mark <= XA_MARK_MAX; mark++)
		fsc_xas_unmark(xas, mark);
}

void xas_destroy(struct xa_state *xas)
{
	struct xa_node *spare = xas->xa_alloc;

	xas->xa_alloc = NULL;
	if (spare)
		fsc_xa_node_free(spare);
}

bool xas_nomem(struct xa_state *xas, gfp_t gfp)
{
	(void)gfp;
	if (xas->xa_node != XA_ERROR(-ENOMEM)) {
		xas_destroy(xas);
		return false;
	}
	if (__fsc_fail("xas_nomem"))
		return false;
	xas->xa_alloc = fsc_xa_node_new();
	xas_reset(xas);
	return true;
}

void xas_pause(struct xa_state *xas)
{
	unsigned long span = 1;
	struct xa_slot *slot;

	if (xas_invalid(xas))
		return;
	slot = fsc_xas_slot(xas);
	if (slot)
		span <<= slot->order;
	/* The index moves by the width of the entry, it is not rounded to the entry's end. */
	xas->xa_index += span;
	xas->xa_node = xas->xa_index ? XAS_RESTART : XAS_BOUNDS;
}

void xas_create_range(struct xa_state *xas)
{
	/* Room is made by the store itself. */
	(void)xas;
}

int xas_get_order(struct xa_state *xas)
{
	struct xa_slot *slot;

	if (!xas->xa_node)
		return 0;
	if (xas_invalid(xas))
		xas_load(xas);
	slot = fsc_xas_slot(xas);
	return slot ? (int)slot->order : 0;
}

void xas_split_alloc(struct xa_state *xas, void *entry, unsigned int order, gfp_t gfp)
{
	(void)entry;
	(void)order;
	(void)gfp;
	if (__fsc_fail("xas_alloc"))
		xas_set_err(xas, -ENOMEM);
}

/* One entry of `order` becomes entries of the state's order; what is stored and the marks are copied to each. */
void xas_split(struct xa_state *xas, void *entry, unsigned int order)
{
	unsigned int to = fsc_xas_order(xas);
	unsigned long first, step = 1UL << to, n;
	unsigned int at, marks;
	struct xa_slot *slot;

	WARN_ON_ONCE(!__fsc_lock_held(&xas->xa->xa_lock, FSC_LOCK_EXCL));
	if (!xas_load(xas))
		return;
	slot = fsc_xas_slot(xas);
	if (!slot || slot->order != order || to >= order)
		return;
	at = (unsigned int)(slot - xas->xa_node->slots);
	first = slot->index;
	marks = slot->marks;
	slot->order = to;
	slot->entry = entry;
	for (n = 1; n < (1UL << (order - to)); n++) {
		slot = fsc_xa_make_room(xas->xa_node, at + n);
		slot->index = first + n * step;
		slot->order = to;
		slot->marks = marks;
		slot->entry = entry;
	}
}

void *xas_next(struct xa_state *xas)
{
	unsigned long next = xas_is_node(xas) ? fsc_xas_step(xas) : xas->xa_index + 1;

	if (xas_error(xas))
		return NULL;
	xas_set(xas, xas->xa_node == XAS_RESTART ? xas->xa_index : next);
	return xas_load(xas);
}

void *xas_prev(struct xa_state *xas)
{
	if (xas_error(xas))
		return NULL;
	xas_set(xas, xas->xa_node == XAS_RESTART ? xas->xa_index : xas->xa_index - 1);
	return xas_load(xas);
}

/* ---- the normal API: takes the lock itself unless its name starts with two underscores ---- */

void *xa_load(struct xarray *xa, unsigned long index)
{
	struct xa_slot *slot = fsc_xa_at(xa->xa_head, index);

	return slot && !xa_is_zero(slot->entry) ? slot->entry : NULL;
}

void *__xa_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp)
{
	XA_STATE(xas, xa, index);
	void *old;

	do {
		old = xas_store(&xas, entry);
	} while (xas_nomem(&xas, gfp));
	if (xas_error(&xas))
		return xa_mk_internal(xas_error(&xas));
	return xa_is_zero(old) ? NULL : old;
}

void *xa_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp)
{
	void *old;

	xa_lock(xa);
	old = __xa_store(xa, index, entry, gfp);
	xa_unlock(xa);
	return old;
}

void *__xa_erase(struct xarray *xa, unsigned long index)
{
	XA_STATE(xas, xa, index);
	void *old = xas_store(&xas, NULL);

	return xa_is_zero(old) ? NULL : old;
}

void *xa_erase(struct xarray *xa, unsigned long index)
{
	void *old;

	xa_lock(xa);
	old = __xa_erase(xa, index);
	xa_unlock(xa);
	return old;
}

void *__xa_cmpxchg(struct xarray *xa, unsigned long index, void *old, void *entry, gfp_t gfp)
{
	void *seen = xa_load(xa, index);
	void *ret = seen;

	if (seen == old) {
		ret = __xa_store(xa, index, entry, gfp);
		if (!xa_is_err(ret))
			ret = seen;
	}
	return ret;
}

int __xa_insert(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp)
{
	if (fsc_xa_at(xa->xa_head, index))
		return -EBUSY;
	return xa_err(__xa_store(xa, index, entry ? entry : XA_ZERO_ENTRY, gfp));
}

int __xa_alloc(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit, gfp_t gfp)
{
	unsigned long index = limit.min;

	if ((xa->xa_flags & XA_FLAGS_ZERO_BUSY) && !index)
		index = 1;
	while (index <= limit.max && fsc_xa_at(xa->xa_head, index))
		index++;
	if (index > limit.max)
		return -EBUSY;
	*id = (u32)index;
	return xa_err(__xa_store(xa, index, entry ? entry : XA_ZERO_ENTRY, gfp));
}

void *xa_store_range(struct xarray *xa, unsigned long first, unsigned long last, void *entry, gfp_t gfp)
{
	XA_STATE(xas, xa, first);

	if (last < first)
		return xa_mk_internal(-EINVAL);
	xa_lock(xa);
	while (first <= last) {
		unsigned int order = 0;

		/* The widest naturally aligned piece that starts here and does not reach beyond the end. */
		while (order < BITS_PER_LONG - 1 && !(first & (1UL << order)) && first + (2UL << order) - 1 <= last)
			order++;
		do {
			xas_set_order(&xas, first, order);
			xas_store(&xas, entry);
		} while (xas_nomem(&xas, gfp));
		if (xas_error(&xas))
			break;
		first += 1UL << order;
		if (!first)
			break;
	}
	xa_unlock(xa);
	return xas_error(&xas) ? xa_mk_internal(xas_error(&xas)) : NULL;
}
EXPORT_SYMBOL(xa_store_range);

bool xa_get_mark(struct xarray *xa, unsigned long index, xa_mark_t mark)
{
	struct xa_slot *slot = fsc_xa_at(xa->xa_head, index);

	return slot && (slot->marks & (1U << mark));
}

void __xa_set_mark(struct xarray *xa, unsigned long index, xa_mark_t mark)
{
	XA_STATE(xas, xa, index);

	if (xas_load(&xas))
		xas_set_mark(&xas, mark);
}

void __xa_clear_mark(struct xarray *xa, unsigned long index, xa_mark_t mark)
{
	XA_STATE(xas, xa, index);

	if (xas_load(&xas))
		xas_clear_mark(&xas, mark);
}

void xa_set_mark(struct xarray *xa, unsigned long index, xa_mark_t mark)
{
	xa_lock(xa);
	__xa_set_mark(xa, index, mark);
	xa_unlock(xa);
}

void xa_clear_mark(struct xarray *xa, unsigned long index, xa_mark_t mark)
{
	xa_lock(xa);
	__xa_clear_mark(xa, index, mark);
	xa_unlock(xa);
}

static void *fsc_xa_search(struct xarray *xa, unsigned long from, unsigned long *index, unsigned long max,
			   xa_mark_t filter)
{
	const struct xa_node *node = xa->xa_head;
	unsigned int i;

	for (i = node ? fsc_xa_lower(node, from) : 0; node && i < node->nr; i++) {
		const struct xa_slot *slot = &node->slots[i];

		if (slot->index > max)
			break;
		if (xa_is_zero(slot->entry) || (filter != XA_PRESENT && !(slot->marks & (1U << filter))))
			continue;
		*index = slot->index > from ? slot->index : from;
		return slot->entry;
	}
	return NULL;
}

void *xa_find(struct xarray *xa, unsigned long *index, unsigned long max, xa_mark_t filter)
{
	return fsc_xa_search(xa, *index, index, max, filter);
}

void *xa_find_after(struct xarray *xa, unsigned long *index, unsigned long max, xa_mark_t filter)
{
	struct xa_slot *slot = fsc_xa_at(xa->xa_head, *index);
	unsigned long from = (slot ? fsc_slot_last(slot) : *index) + 1;

	return from ? fsc_xa_search(xa, from, index, max, filter) : NULL;
}

void xa_destroy(struct xarray *xa)
{
	struct xa_node *node = xa->xa_head;

	xa->xa_head = NULL;
	fsc_xa_root_marks(xa);
	if (node)
		fsc_xa_node_free(node);
}

int xa_get_order(struct xarray *xa, unsigned long index)
{
	struct xa_slot *slot = fsc_xa_at(xa->xa_head, index);

	return slot ? (int)slot->order : 0;
}
