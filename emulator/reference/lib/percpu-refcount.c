// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * percpu_ref in atomic mode from the start. Mirrors lib/percpu-refcount.c; killing takes effect at once, where the kernel
 * waits a grace period for the per-cpu counts.
 */
#include <linux/percpu-refcount.h>
#include <linux/slab.h>

int percpu_ref_init(struct percpu_ref *ref, percpu_ref_func_t *release, unsigned int flags, gfp_t gfp)
{
	struct percpu_ref_data *data = kzalloc(sizeof(struct percpu_ref_data), gfp);

	if (!data)
		return -ENOMEM;
	data->ref = ref;
	data->release = release;
	data->allow_reinit = (flags & PERCPU_REF_ALLOW_REINIT) != 0;
	atomic_long_set(&data->count, flags & PERCPU_REF_INIT_DEAD ? 0 : 1);
	ref->data = data;
	ref->percpu_count_ptr = flags & PERCPU_REF_INIT_DEAD ? __PERCPU_REF_ATOMIC_DEAD : __PERCPU_REF_ATOMIC;
	return 0;
}

void percpu_ref_exit(struct percpu_ref *ref)
{
	struct percpu_ref_data *data = ref->data;

	if (!data)
		return;
	ref->data = NULL;
	kfree(data);
}

void percpu_ref_get_many(struct percpu_ref *ref, unsigned long nr)
{
	atomic_long_add(nr, &ref->data->count);
}

bool percpu_ref_tryget_many(struct percpu_ref *ref, unsigned long nr)
{
	return atomic_long_add_unless(&ref->data->count, nr, 0);
}

bool percpu_ref_tryget_live_rcu(struct percpu_ref *ref)
{
	return !percpu_ref_is_dying(ref) && percpu_ref_tryget_many(ref, 1);
}

bool percpu_ref_tryget_live(struct percpu_ref *ref)
{
	bool got;

	rcu_read_lock();
	got = percpu_ref_tryget_live_rcu(ref);
	rcu_read_unlock();
	return got;
}

void percpu_ref_put_many(struct percpu_ref *ref, unsigned long nr)
{
	WARN_ON(atomic_long_read(&ref->data->count) < (long)nr);
	if (atomic_long_sub_and_test(nr, &ref->data->count))
		ref->data->release(ref);
}

bool percpu_ref_is_zero(struct percpu_ref *ref)
{
	return !ref->data || !atomic_long_read(&ref->data->count);
}

void percpu_ref_kill_and_confirm(struct percpu_ref *ref, percpu_ref_func_t *confirm_kill)
{
	WARN_ONCE(percpu_ref_is_dying(ref), "percpu_ref killed more than once\n");
	ref->percpu_count_ptr |= __PERCPU_REF_DEAD;
	if (confirm_kill)
		confirm_kill(ref);
	percpu_ref_put(ref);
}

void percpu_ref_resurrect(struct percpu_ref *ref)
{
	WARN_ON_ONCE(!percpu_ref_is_dying(ref));
	WARN_ON_ONCE(percpu_ref_is_zero(ref));
	ref->percpu_count_ptr &= ~__PERCPU_REF_DEAD;
	percpu_ref_get(ref);
}

void percpu_ref_reinit(struct percpu_ref *ref)
{
	WARN_ON_ONCE(!percpu_ref_is_zero(ref));
	ref->percpu_count_ptr &= ~__PERCPU_REF_DEAD;
	atomic_long_set(&ref->data->count, 1);
}
