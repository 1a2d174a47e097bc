/* Our own <sys/cdefs.h>. */
#ifndef _FSC_SYS_CDEFS_H
#define _FSC_SYS_CDEFS_H
#define __BEGIN_DECLS
#define __END_DECLS
#define __P(args) args
#define __THROW
#endif
