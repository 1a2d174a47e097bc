// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Text into buffers: names of devices, attributes, and the few forms of sscanf() that drivers read names with. Mirrors
 * lib/vsprintf.c and lib/kstrtox.c for %d %u %x %c %s with l, ll and z; width, precision and %p extensions are left out.
 */
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/slab.h>
#include <linux/sprintf.h>
#include <linux/string.h>

struct fsc_out {
	char *at;
	size_t room, len;
};

static void fsc_put_char(struct fsc_out *out, char c)
{
	if (out->len + 1 < out->room)
		out->at[out->len] = c;
	out->len++;
}

static void fsc_put_number(struct fsc_out *out, unsigned long value, unsigned int base)
{
	char digits[24];
	int n = 0;

	do {
		digits[n++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	while (n)
		fsc_put_char(out, digits[--n]);
}

int vsnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	struct fsc_out out = { .at = buf, .room = size };

	for (; *fmt; fmt++) {
		bool prefix = false, wide = false;
		long number;

		if (*fmt != '%') {
			fsc_put_char(&out, *fmt);
			continue;
		}
		for (fmt++; *fmt == 'l' || *fmt == 'z' || *fmt == '#' || (*fmt >= '0' && *fmt <= '9'); fmt++) {
			prefix |= *fmt == '#';
			wide |= *fmt == 'l' || *fmt == 'z';
		}
		if (*fmt == '%') {
			fsc_put_char(&out, '%');
		} else if (*fmt == 'c') {
			fsc_put_char(&out, (char)va_arg(args, int));
		} else if (*fmt == 's') {
			const char *s = va_arg(args, const char *);

			for (s = s ? s : "(null)"; *s; s++)
				fsc_put_char(&out, *s);
		} else if (*fmt == 'd' || *fmt == 'i') {
			number = wide ? va_arg(args, long) : va_arg(args, int);
			if (number < 0)
				fsc_put_char(&out, '-');
			fsc_put_number(&out, number < 0 ? -(unsigned long)number : (unsigned long)number, 10);
		} else {
			unsigned long value = wide ? va_arg(args, unsigned long) : va_arg(args, unsigned int);

			if (prefix && *fmt == 'x') {
				fsc_put_char(&out, '0');
				fsc_put_char(&out, 'x');
			}
			fsc_put_number(&out, value, *fmt == 'x' ? 16 : 10);
		}
	}
	if (size)
		buf[min(out.len, size - 1)] = 0;
	return (int)out.len;
}

int snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(buf, size, fmt, args);
	va_end(args);
	return n;
}

int sprintf(char *buf, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(buf, INT_MAX, fmt, args);
	va_end(args);
	return n;
}

int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(buf, size, fmt, args);
	va_end(args);
	return min(n, (int)size - 1);
}

int sysfs_emit(char *buf, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(buf, 4096, fmt, args);
	va_end(args);
	return n;
}

char *kvasprintf(gfp_t gfp, const char *fmt, va_list args)
{
	char text[64], *copy;
	int n = vsnprintf(text, sizeof(text), fmt, args);

	copy = fsc_kmalloc(n + 1, gfp, "name");
	if (!copy)
		return NULL;
	memcpy(copy, text, min((size_t)n + 1, sizeof(text)));
	return copy;
}

char *kasprintf(gfp_t gfp, const char *fmt, ...)
{
	va_list args;
	char *s;

	va_start(args, fmt);
	s = kvasprintf(gfp, fmt, args);
	va_end(args);
	return s;
}

static int fsc_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
}

static const char *fsc_number(const char *s, unsigned int base, unsigned long *value)
{
	const char *from;

	if (base != 10 && s[0] == '0' && s[1] == 'x') {
		s += 2;
		base = 16;
	}
	base = base ? base : 10;
	*value = 0;
	for (from = s; fsc_digit(*s) < (int)base; s++)
		*value = *value * base + fsc_digit(*s);
	return s == from ? NULL : s;
}

int kstrtoull(const char *s, unsigned int base, unsigned long long *res)
{
	unsigned long value;

	s = fsc_number(*s == '+' ? s + 1 : s, base, &value);
	if (!s || (*s && !(s[0] == '\n' && !s[1])))
		return -EINVAL;
	*res = value;
	return 0;
}

int kstrtoul(const char *s, unsigned int base, unsigned long *res)
{
	unsigned long long value;
	int rc = kstrtoull(s, base, &value);

	if (!rc)
		*res = value;
	return rc;
}

int kstrtoint(const char *s, unsigned int base, int *res)
{
	bool minus = *s == '-';
	unsigned long long value;
	int rc = kstrtoull(minus ? s + 1 : s, base, &value);

	if (!rc)
		*res = minus ? -(int)value : (int)value;
	return rc;
}

int kstrtobool(const char *s, bool *res)
{
	if (*s != '0' && *s != '1' && *s != 'y' && *s != 'n')
		return -EINVAL;
	*res = *s == '1' || *s == 'y';
	return 0;
}

/* %d and %u between characters that are the same in both. */
int sscanf(const char *buf, const char *fmt, ...)
{
	va_list args;
	int found = 0;

	va_start(args, fmt);
	for (; *fmt; fmt++) {
		unsigned long value;

		if (*fmt != '%') {
			if (*buf++ != *fmt)
				break;
			continue;
		}
		fmt++;
		buf = fsc_number(buf, 10, &value);
		if (!buf)
			break;
		*va_arg(args, int *) = (int)value;
		found++;
	}
	va_end(args);
	return found;
}
