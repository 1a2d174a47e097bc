// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Character devices: an open file holds the cdev, and through it the device. Mirrors fs/char_dev.c. Left out: device
 * numbers, modules. A cdev that was deleted cannot be opened any more; files that are open stay usable.
 */
#include <linux/cdev.h>
#include <linux/device.h>
#include <linux/fs.h>
#include <linux/string.h>

static void cdev_default_release(struct kobject *kobj)
{
	kobject_put(kobj->parent);
}

static const struct kobj_type ktype_cdev_default = {
	.release = cdev_default_release,
};

void cdev_init(struct cdev *cdev, const struct file_operations *fops)
{
	memset(cdev, 0, sizeof(*cdev));
	INIT_LIST_HEAD(&cdev->list);
	kobject_init(&cdev->kobj, &ktype_cdev_default);
	cdev->ops = fops;
}

void cdev_set_parent(struct cdev *p, struct kobject *kobj)
{
	WARN_ON(!kobj->state_initialized);
	p->kobj.parent = kobj;
}

int cdev_add(struct cdev *p, dev_t dev, unsigned int count)
{
	if (__fsc_fail("cdev_add"))
		return -ENOMEM;
	p->dev = dev;
	p->count = count;
	kobject_get(p->kobj.parent);
	return 0;
}

void cdev_del(struct cdev *p)
{
	p->count = 0;
	kobject_put(&p->kobj);
}

void cdev_put(struct cdev *p)
{
	if (p)
		kobject_put(&p->kobj);
}

int cdev_device_add(struct cdev *cdev, struct device *dev)
{
	int rc;

	cdev_set_parent(cdev, &dev->kobj);
	rc = cdev_add(cdev, dev->devt, 1);
	if (rc)
		return rc;
	rc = device_add(dev);
	if (rc)
		cdev_del(cdev);
	return rc;
}

void cdev_device_del(struct cdev *cdev, struct device *dev)
{
	device_del(dev);
	cdev_del(cdev);
}

/* Each open has its own node of the device; the device's inode is its own here. NULL when there is no such device now. */
struct file *fsc_chrdev_open(struct inode *inode)
{
	struct cdev *cdev = inode->i_cdev;
	struct file *file;

	if (!cdev->count || !kobject_get_unless_zero(&cdev->kobj))
		return NULL;
	file = __fsc_alloc(sizeof(*file), 8, FSC_ZERO, "struct file");
	atomic_long_set(&file->f_count, 1);
	ihold(inode);
	file->f_inode = inode;
	file->f_op = cdev->ops;
	file->f_mode = FMODE_READ | FMODE_WRITE;
	file->f_op->open(inode, file);
	return file;
}
