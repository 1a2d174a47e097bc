// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reference counted objects with a name, a parent and a release function. Mirrors lib/kobject.c. Left out: ksets, sysfs
 * directories, uevents. With the scenario parameter "late_release" an object whose last reference went is released only
 * at fsc_late_releases(), as CONFIG_DEBUG_KOBJECT_RELEASE does it after a random time.
 */
#include <linux/kernel.h>
#include <linux/kobject.h>
#include <linux/slab.h>
#include <linux/sprintf.h>
#include <linux/string.h>

#define FSC_MAX_LATE 16
static struct kobject *fsc_late[FSC_MAX_LATE];
static unsigned int fsc_nr_late;

void kobject_init(struct kobject *kobj, const struct kobj_type *ktype)
{
	WARN(kobj->state_initialized, "kobject: initialised twice, or never cleared\n");
	kref_init(&kobj->kref);
	INIT_LIST_HEAD(&kobj->entry);
	kobj->ktype = ktype;
	kobj->state_in_sysfs = 0;
	kobj->state_initialized = 1;
}

int kobject_set_name_vargs(struct kobject *kobj, const char *fmt, va_list vargs)
{
	const char *name = kvasprintf(GFP_KERNEL, fmt, vargs);

	if (!name)
		return -ENOMEM;
	kfree(kobj->name);
	kobj->name = name;
	return 0;
}

int kobject_set_name(struct kobject *kobj, const char *fmt, ...)
{
	va_list args;
	int rc;

	va_start(args, fmt);
	rc = kobject_set_name_vargs(kobj, fmt, args);
	va_end(args);
	return rc;
}

int kobject_add(struct kobject *kobj, struct kobject *parent, const char *fmt, ...)
{
	va_list args;
	int rc;

	if (fmt) {
		va_start(args, fmt);
		rc = kobject_set_name_vargs(kobj, fmt, args);
		va_end(args);
		if (rc)
			return rc;
	}
	if (WARN(!kobj->state_initialized, "kobject: added before it is initialised\n"))
		return -EINVAL;
	if (WARN(!kobj->name || !kobj->name[0], "kobject: added without a name\n"))
		return -EINVAL;
	if (__fsc_fail("kobject_add"))
		return -ENOMEM;
	kobj->parent = kobject_get(parent);
	kobj->state_in_sysfs = 1;
	return 0;
}

static void __kobject_del(struct kobject *kobj)
{
	kobj->state_in_sysfs = 0;
	kobj->parent = NULL;
}

void kobject_del(struct kobject *kobj)
{
	struct kobject *parent = kobj->parent;

	__kobject_del(kobj);
	kobject_put(parent);
}

static void kobject_cleanup(struct kobject *kobj)
{
	struct kobject *parent = kobj->parent;
	const struct kobj_type *t = kobj->ktype;
	const char *name = kobj->name;

	if (kobj->state_in_sysfs)
		__kobject_del(kobj);
	else
		parent = NULL; /* kobject_del() dropped it */
	if (t && t->release)
		t->release(kobj);
	kfree(name);
	kobject_put(parent);
}

static void kobject_release(struct kref *kref)
{
	struct kobject *kobj = container_of(kref, struct kobject, kref);

	if (__fsc_param("late_release", 0) && fsc_nr_late < FSC_MAX_LATE)
		fsc_late[fsc_nr_late++] = kobj;
	else
		kobject_cleanup(kobj);
}

void fsc_late_releases(void)
{
	while (fsc_nr_late)
		kobject_cleanup(fsc_late[--fsc_nr_late]);
}

struct kobject *kobject_get(struct kobject *kobj)
{
	if (kobj) {
		WARN(!kobj->state_initialized, "kobject: get of an object that is not initialised\n");
		kref_get(&kobj->kref);
	}
	return kobj;
}

struct kobject *kobject_get_unless_zero(struct kobject *kobj)
{
	return kobj && kref_get_unless_zero(&kobj->kref) ? kobj : NULL;
}

void kobject_put(struct kobject *kobj)
{
	if (!kobj)
		return;
	WARN(!kobj->state_initialized, "kobject: put of an object that is not initialised\n");
	kref_put(&kobj->kref, kobject_release);
}

int sysfs_create_groups(struct kobject *kobj, const struct attribute_group **groups)
{
	if (__fsc_fail("sysfs_create_groups"))
		return -ENOMEM;
	kobj->fsc_groups = groups;
	return 0;
}

void sysfs_remove_groups(struct kobject *kobj, const struct attribute_group **groups)
{
	if (kobj->fsc_groups == groups)
		kobj->fsc_groups = NULL;
}

struct kernfs_node {
	int count;
};
static struct kernfs_node fsc_dirent;

struct kernfs_node *sysfs_get_dirent(struct kernfs_node *parent, const char *name)
{
	(void)parent;
	(void)name;
	fsc_dirent.count++;
	return &fsc_dirent;
}

void sysfs_put(struct kernfs_node *kn)
{
	if (kn)
		WARN(kn->count-- <= 0, "sysfs_put: not held\n");
}
