/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reference counted base of a device. Mirrors include/linux/kobject.h without sysfs. */
#ifndef _LINUX_KOBJECT_H
#define _LINUX_KOBJECT_H
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/types.h>
struct kobject;
struct kernfs_node;
struct kobj_type {
	void (*release)(struct kobject *kobj);
};
struct kobject {
	const char *name;
	struct list_head entry;
	struct kobject *parent;
	const struct kobj_type *ktype;
	struct kernfs_node *sd;
	struct kref kref;
	unsigned int state_initialized : 1;
};
void kobject_init(struct kobject *kobj, const struct kobj_type *ktype);
struct kobject *kobject_get(struct kobject *kobj);
void kobject_put(struct kobject *kobj);
#endif
