/* Our own <fenv.h>: rounding to nearest, no flags. */
#ifndef _FSC_FENV_H
#define _FSC_FENV_H
#define FE_TONEAREST 0
#define FE_DOWNWARD 0x400
#define FE_UPWARD 0x800
#define FE_TOWARDZERO 0xc00
static inline int fegetround(void) { return FE_TONEAREST; }
#endif
