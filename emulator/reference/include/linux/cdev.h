/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Character devices. Mirrors include/linux/cdev.h: the anchor in an inode, without the device number table. */
#ifndef _LINUX_CDEV_H
#define _LINUX_CDEV_H
#include <linux/kobject.h>
#include <linux/types.h>
struct file_operations;
struct device;
struct cdev {
	struct kobject kobj;
	struct module *owner;
	const struct file_operations *ops;
	struct list_head list;
	dev_t dev;
	unsigned int count;
};
static inline void cdev_init(struct cdev *cdev, const struct file_operations *fops)
{
	cdev->ops = fops;
}
#define cdev_device_add(cdev, device) ((void)(cdev), (void)(device), 0)
#define cdev_add(cdev, dev, count) ((void)(cdev), 0)
#define cdev_del(cdev) do { (void)(cdev); } while (0)
#endif
