/* Our own <wchar.h>. */
#ifndef _FSC_WCHAR_H
#define _FSC_WCHAR_H
#include <stddef.h>
#include <stdarg.h>
typedef unsigned int wint_t;
typedef struct {
	int __count;
	unsigned int __value;
} mbstate_t;
#define WEOF 0xffffffffu
#ifndef WCHAR_MIN
#define WCHAR_MIN __WCHAR_MIN__
#define WCHAR_MAX __WCHAR_MAX__
#endif
size_t wcslen(const wchar_t *text);
wchar_t *wcscpy(wchar_t *to, const wchar_t *from);
wchar_t *wcsncpy(wchar_t *to, const wchar_t *from, size_t size);
wchar_t *wcscat(wchar_t *to, const wchar_t *from);
int wcscmp(const wchar_t *a, const wchar_t *b);
int wcsncmp(const wchar_t *a, const wchar_t *b, size_t size);
wchar_t *wcschr(const wchar_t *text, wchar_t c);
wchar_t *wcsrchr(const wchar_t *text, wchar_t c);
wchar_t *wmemset(wchar_t *to, wchar_t c, size_t count);
wchar_t *wmemcpy(wchar_t *to, const wchar_t *from, size_t count);
int wmemcmp(const wchar_t *a, const wchar_t *b, size_t count);
wint_t btowc(int c);
int wctob(wint_t c);
int wprintf(const wchar_t *format, ...);
wint_t putwchar(wchar_t c);
#endif
