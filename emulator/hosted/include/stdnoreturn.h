/* Our own <stdnoreturn.h>. */
#ifndef _FSC_STDNORETURN_H
#define _FSC_STDNORETURN_H
#define noreturn _Noreturn
#endif
