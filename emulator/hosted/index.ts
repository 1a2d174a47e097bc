/**
 * The headers that `#include <...>` finds in a program run by `folioscope exec`, bundled as text, and the C part of the
 * library. Leaves out what the functions do (emulator/shims/libc.ts).
 */
import allocaH from "./include/alloca.h";
import assertH from "./include/assert.h";
import complexH from "./include/complex.h";
import ctypeH from "./include/ctype.h";
import errnoH from "./include/errno.h";
import fenvH from "./include/fenv.h";
import floatH from "./include/float.h";
import inttypesH from "./include/inttypes.h";
import iso646H from "./include/iso646.h";
import limitsH from "./include/limits.h";
import localeH from "./include/locale.h";
import mallocH from "./include/malloc.h";
import mathH from "./include/math.h";
import setjmpH from "./include/setjmp.h";
import signalH from "./include/signal.h";
import stdalignH from "./include/stdalign.h";
import stdargH from "./include/stdarg.h";
import stdatomicH from "./include/stdatomic.h";
import stdboolH from "./include/stdbool.h";
import stdckdintH from "./include/stdckdint.h";
import stddefH from "./include/stddef.h";
import stdintH from "./include/stdint.h";
import stdioH from "./include/stdio.h";
import stdlibH from "./include/stdlib.h";
import stdnoreturnH from "./include/stdnoreturn.h";
import stringH from "./include/string.h";
import stringsH from "./include/strings.h";
import sys_cdefsH from "./include/sys/cdefs.h";
import sys_timeH from "./include/sys/time.h";
import sys_typesH from "./include/sys/types.h";
import timeH from "./include/time.h";
import ucharH from "./include/uchar.h";
import unistdH from "./include/unistd.h";
import wcharH from "./include/wchar.h";
import wctypeH from "./include/wctype.h";
import libcC from "./libc.c";

/** A bundled source: its path as `#include` names it, and its text. */
export interface HostedFile {
  readonly path: string;
  readonly text: string;
}

export const HOSTED_HEADERS: readonly HostedFile[] = [
  { path: "alloca.h", text: allocaH },
  { path: "assert.h", text: assertH },
  { path: "complex.h", text: complexH },
  { path: "ctype.h", text: ctypeH },
  { path: "errno.h", text: errnoH },
  { path: "fenv.h", text: fenvH },
  { path: "float.h", text: floatH },
  { path: "inttypes.h", text: inttypesH },
  { path: "iso646.h", text: iso646H },
  { path: "limits.h", text: limitsH },
  { path: "locale.h", text: localeH },
  { path: "malloc.h", text: mallocH },
  { path: "math.h", text: mathH },
  { path: "setjmp.h", text: setjmpH },
  { path: "signal.h", text: signalH },
  { path: "stdalign.h", text: stdalignH },
  { path: "stdarg.h", text: stdargH },
  { path: "stdatomic.h", text: stdatomicH },
  { path: "stdbool.h", text: stdboolH },
  { path: "stdckdint.h", text: stdckdintH },
  { path: "stddef.h", text: stddefH },
  { path: "stdint.h", text: stdintH },
  { path: "stdio.h", text: stdioH },
  { path: "stdlib.h", text: stdlibH },
  { path: "stdnoreturn.h", text: stdnoreturnH },
  { path: "string.h", text: stringH },
  { path: "strings.h", text: stringsH },
  { path: "sys/cdefs.h", text: sys_cdefsH },
  { path: "sys/time.h", text: sys_timeH },
  { path: "sys/types.h", text: sys_typesH },
  { path: "time.h", text: timeH },
  { path: "uchar.h", text: ucharH },
  { path: "unistd.h", text: unistdH },
  { path: "wchar.h", text: wcharH },
  { path: "wctype.h", text: wctypeH },
];

export const HOSTED_LIBC: HostedFile = { path: "libc.c", text: libcC };
