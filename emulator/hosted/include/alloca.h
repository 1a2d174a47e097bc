/* Our own <alloca.h>. */
#ifndef _FSC_ALLOCA_H
#define _FSC_ALLOCA_H
#define alloca(size) __builtin_alloca(size)
#endif
