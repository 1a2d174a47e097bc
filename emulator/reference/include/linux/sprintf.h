/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Formatting into buffers (lib/vsprintf.c; libc's own in the gcc build). Mirrors include/linux/sprintf.h. */
#ifndef _LINUX_SPRINTF_H
#define _LINUX_SPRINTF_H
#include <linux/stdarg.h>
#include <linux/types.h>
int vsnprintf(char *buf, size_t size, const char *fmt, va_list args);
int snprintf(char *buf, size_t size, const char *fmt, ...);
int scnprintf(char *buf, size_t size, const char *fmt, ...);
int sprintf(char *buf, const char *fmt, ...);
int sscanf(const char *buf, const char *fmt, ...);
char *kvasprintf(gfp_t gfp, const char *fmt, va_list args);
char *kasprintf(gfp_t gfp, const char *fmt, ...);
#endif
