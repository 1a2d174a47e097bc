// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Memory and string functions. Mirrors lib/string.c. The gcc build has libc's, and the engine may have its own that are
 * faster; the names here are what is run when it has not.
 */
#include <linux/string.h>
#include <linux/errno.h>

/* FSC_ENGINE: the runner has them as natives. */
#if !defined(FSC_NATIVE) && !defined(FSC_ENGINE)
void *memset(void *s, int c, size_t n)
{
	unsigned char *p = s;
	unsigned long pattern = (unsigned char)c * 0x0101010101010101UL;

	for (; n >= 8 && !((unsigned long)p & 7); n -= 8, p += 8)
		*(unsigned long *)p = pattern;
	while (n--)
		*p++ = (unsigned char)c;
	return s;
}

void *memcpy(void *dst, const void *src, size_t n)
{
	unsigned char *d = dst;
	const unsigned char *s = src;

	for (; n >= 8 && !(((unsigned long)d | (unsigned long)s) & 7); n -= 8, d += 8, s += 8)
		*(unsigned long *)d = *(const unsigned long *)s;
	while (n--)
		*d++ = *s++;
	return dst;
}

void *memmove(void *dst, const void *src, size_t n)
{
	unsigned char *d = dst;
	const unsigned char *s = src;

	if (d <= s || d >= s + n)
		return memcpy(dst, src, n);
	while (n--)
		d[n] = s[n];
	return dst;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const unsigned char *x = a, *y = b;

	for (size_t i = 0; i < n; i++)
		if (x[i] != y[i])
			return x[i] < y[i] ? -1 : 1;
	return 0;
}

#endif

#ifndef FSC_NATIVE
size_t strlen(const char *s)
{
	size_t n = 0;

	while (s[n])
		n++;
	return n;
}

int strncmp(const char *a, const char *b, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (a[i] != b[i])
			return (unsigned char)a[i] < (unsigned char)b[i] ? -1 : 1;
		if (!a[i])
			break;
	}
	return 0;
}

int strcmp(const char *a, const char *b)
{
	return strncmp(a, b, ~(size_t)0);
}

char *strcpy(char *dst, const char *src)
{
	memcpy(dst, src, strlen(src) + 1);
	return dst;
}

size_t strnlen(const char *s, size_t most)
{
	size_t n = 0;

	while (n < most && s[n])
		n++;
	return n;
}

char *strncpy(char *dst, const char *src, size_t n)
{
	size_t len = strnlen(src, n);

	memcpy(dst, src, len);
	memset(dst + len, 0, n - len);
	return dst;
}

char *strcat(char *dst, const char *src)
{
	strcpy(dst + strlen(dst), src);
	return dst;
}

char *strncat(char *dst, const char *src, size_t n)
{
	char *end = dst + strlen(dst);
	size_t len = strnlen(src, n);

	memcpy(end, src, len);
	end[len] = 0;
	return dst;
}

void *memchr(const void *s, int c, size_t n)
{
	const unsigned char *at = s;

	for (; n; n--, at++)
		if (*at == (unsigned char)c)
			return (void *)at;
	return NULL;
}
#endif

size_t strlcat(char *dst, const char *src, size_t n)
{
	size_t had = strnlen(dst, n), len = strlen(src);

	if (had < n)
		strscpy(dst + had, src, n - had);
	return had + len;
}

void *memchr_inv(const void *p, int c, size_t n)
{
	const unsigned char *s = p;

	for (; n; n--, s++)
		if (*s != (unsigned char)c)
			return (void *)s;
	return NULL;
}

ssize_t strscpy(char *dst, const char *src, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		dst[i] = src[i];
		if (!src[i])
			return i;
	}
	if (n)
		dst[n - 1] = 0;
	return -E2BIG;
}

char *strsep(char **s, const char *delim)
{
	char *begin = *s, *c;

	if (!begin)
		return NULL;
	for (c = begin; *c; c++)
		for (const char *d = delim; *d; d++)
			if (*c == *d) {
				*c = 0;
				*s = c + 1;
				return begin;
			}
	*s = NULL;
	return begin;
}

/* The same but for one newline at the end. */
bool sysfs_streq(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	if (*a == *b)
		return true;
	return (!*a && b[0] == '\n' && !b[1]) || (!*b && a[0] == '\n' && !a[1]);
}
