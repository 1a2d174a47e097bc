/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reference counted base of a device. Mirrors include/linux/kobject.h without sysfs: state_in_sysfs says that the object
 * was added, which is what callers ask of it. lib/kobject.c has the code, and releases late when a scenario wants that
 * (CONFIG_DEBUG_KOBJECT_RELEASE).
 */
#ifndef _LINUX_KOBJECT_H
#define _LINUX_KOBJECT_H
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/stdarg.h>
#include <linux/types.h>
struct kobject;
struct kernfs_node;
struct kset;
struct attribute {
	const char *name;
	umode_t mode;
};
struct attribute_group {
	const char *name;
	umode_t (*is_visible)(struct kobject *kobj, struct attribute *a, int n);
	struct attribute **attrs;
};
#define ATTRIBUTE_GROUPS(_name) \
	static const struct attribute_group _name##_group = { .attrs = _name##_attrs }; \
	static const struct attribute_group *_name##_groups[] = { &_name##_group, NULL }
struct kobj_uevent_env {
	int envp_idx;
};
struct kobj_type {
	void (*release)(struct kobject *kobj);
};
struct kobject {
	const char *name;
	struct list_head entry;
	struct kobject *parent;
	struct kset *kset;
	const struct kobj_type *ktype;
	struct kernfs_node *sd;
	const struct attribute_group **fsc_groups; /* the files in its directory, but for those of its type */
	struct kref kref;
	unsigned int state_initialized : 1;
	unsigned int state_in_sysfs : 1;
};
void kobject_init(struct kobject *kobj, const struct kobj_type *ktype);
int kobject_set_name(struct kobject *kobj, const char *fmt, ...);
int kobject_set_name_vargs(struct kobject *kobj, const char *fmt, va_list vargs);
int kobject_add(struct kobject *kobj, struct kobject *parent, const char *fmt, ...);
void kobject_del(struct kobject *kobj);
struct kobject *kobject_get(struct kobject *kobj);
struct kobject *kobject_get_unless_zero(struct kobject *kobj);
void kobject_put(struct kobject *kobj);
static inline const char *kobject_name(const struct kobject *kobj)
{
	return kobj->name;
}
/* Ours: the releases that were put off happen now, the latest first (any order is possible). */
void fsc_late_releases(void);
int sysfs_create_groups(struct kobject *kobj, const struct attribute_group **groups);
void sysfs_remove_groups(struct kobject *kobj, const struct attribute_group **groups);
#define sysfs_create_group(kobj, group) ((void)(kobj), (void)(group), __fsc_fail("sysfs_create_groups") ? -ENOMEM : 0)
#define sysfs_remove_group(kobj, group) do { (void)(kobj); (void)(group); } while (0)
struct kernfs_node *sysfs_get_dirent(struct kernfs_node *parent, const char *name);
void sysfs_put(struct kernfs_node *kn);
#define sysfs_notify_dirent(kn) do { (void)(kn); } while (0)
int sysfs_emit(char *buf, const char *fmt, ...);
#define add_uevent_var(env, ...) ((void)(env), 0)
#endif
