/* SPDX-License-Identifier: GPL-2.0-or-later */
/* printk and its levels, all to the runner's log. Mirrors include/linux/printk.h. Rate limits never limit. */
#ifndef _LINUX_PRINTK_H
#define _LINUX_PRINTK_H
#include <linux/types.h>
#define KERN_EMERG ""
#define KERN_ALERT ""
#define KERN_CRIT ""
#define KERN_ERR ""
#define KERN_WARNING ""
#define KERN_NOTICE ""
#define KERN_INFO ""
#define KERN_DEBUG ""
#define KERN_CONT ""
#define printk(...) __fsc_printk(__VA_ARGS__)
#define pr_emerg(...) __fsc_printk(__VA_ARGS__)
#define pr_alert(...) __fsc_printk(__VA_ARGS__)
#define pr_crit(...) __fsc_printk(__VA_ARGS__)
#define pr_err(...) __fsc_printk(__VA_ARGS__)
#define pr_warn(...) __fsc_printk(__VA_ARGS__)
#define pr_warn_once(...) __fsc_printk(__VA_ARGS__)
#define pr_warn_ratelimited(...) __fsc_printk(__VA_ARGS__)
#define pr_err_ratelimited(...) __fsc_printk(__VA_ARGS__)
#define pr_err_once(...) __fsc_printk(__VA_ARGS__)
#define pr_notice(...) __fsc_printk(__VA_ARGS__)
#define pr_info(...) __fsc_printk(__VA_ARGS__)
#define pr_info_once(...) __fsc_printk(__VA_ARGS__)
#define pr_cont(...) __fsc_printk(__VA_ARGS__)
#define pr_debug(...) do { } while (0)
#define printk_once(...) __fsc_printk(__VA_ARGS__)
#define printk_ratelimited(...) __fsc_printk(__VA_ARGS__)
#define no_printk(...) do { } while (0)
#define dump_stack() do { } while (0)
#define printk_ratelimit() 1
#define __ratelimit(state) 1
#endif
