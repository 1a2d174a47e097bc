/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Character devices. Mirrors include/linux/cdev.h; fs/char_dev.c has the code. No table of device numbers. */
#ifndef _LINUX_CDEV_H
#define _LINUX_CDEV_H
#include <linux/kdev_t.h>
#include <linux/kobject.h>
#include <linux/types.h>
struct file;
struct file_operations;
struct inode;
struct device;
struct cdev {
	struct kobject kobj;
	struct module *owner;
	const struct file_operations *ops;
	struct list_head list;
	dev_t dev;
	unsigned int count;
};
void cdev_init(struct cdev *cdev, const struct file_operations *fops);
int cdev_add(struct cdev *p, dev_t dev, unsigned int count);
void cdev_set_parent(struct cdev *p, struct kobject *kobj);
int cdev_device_add(struct cdev *cdev, struct device *dev);
void cdev_device_del(struct cdev *cdev, struct device *dev);
void cdev_del(struct cdev *p);
void cdev_put(struct cdev *p);
/* Ours: open(2) of the device behind an inode; fput() closes it. */
struct file *fsc_chrdev_open(struct inode *inode);
#endif
