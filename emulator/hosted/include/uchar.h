/* Our own <uchar.h>. */
#ifndef _FSC_UCHAR_H
#define _FSC_UCHAR_H
typedef __CHAR16_TYPE__ char16_t;
typedef __CHAR32_TYPE__ char32_t;
#endif
