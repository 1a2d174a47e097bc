/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What files of a kernel tree name and the reference kernel's headers have not, for compiling such a file in the place of
 * ours (npm run test:native -- --replace). Included before the file. Our own words; nothing here does anything that a
 * scenario could see, but for what says so.
 */
#ifndef FSC_TREE_SHIM_H
#define FSC_TREE_SHIM_H
#include <linux/fs.h>
#include <linux/mm.h>
#endif
