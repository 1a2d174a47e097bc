/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory and string functions (lib/string.c; libc's own in the gcc build). Mirrors include/linux/string.h. */
#ifndef _LINUX_STRING_H
#define _LINUX_STRING_H
#include <linux/types.h>
void *memset(void *s, int c, size_t n);
void *memcpy(void *dst, const void *src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strcpy(char *dst, const char *src);
size_t strnlen(const char *s, size_t most);
char *strncpy(char *dst, const char *src, size_t n);
char *strcat(char *dst, const char *src);
char *strncat(char *dst, const char *src, size_t n);
size_t strlcat(char *dst, const char *src, size_t n);
void *memchr(const void *s, int c, size_t n);
void *memchr_inv(const void *p, int c, size_t n);
ssize_t strscpy(char *dst, const char *src, size_t n);
char *strsep(char **s, const char *delim);
bool sysfs_streq(const char *a, const char *b);
#define memzero_explicit(p, n) memset(p, 0, n)
#define memset_after(obj, v, member) do { } while (0)
#endif
