/**
 * Prototypes of C library functions that programs call without declaring them, and that `__builtin_NAME` stands for.
 * Leaves out what the functions do (shims/).
 */
import {
  CHAR_PTR,
  type CType,
  DOUBLE,
  FLOAT,
  type FunctionType,
  INT,
  LDOUBLE,
  LLONG,
  LONG,
  UINT,
  ULONG,
  VOID,
  VOID_PTR,
} from "./ctype.ts";

const LETTER: Record<string, CType> = {
  v: VOID,
  p: VOID_PTR,
  s: CHAR_PTR,
  i: INT,
  u: UINT,
  l: LONG,
  q: LLONG,
  z: ULONG,
  d: DOUBLE,
  f: FLOAT,
  e: LDOUBLE,
};

/** result, then parameters; a final `.` means variadic. */
const TABLE = `
memcpy pppz; memmove pppz; memset ppiz; memcmp ippz; memchr ppiz; mempcpy pppz
strlen zs; strnlen zsz; strcmp iss; strncmp issz; strcpy sss; strncpy sssz; strcat sss; strncat sssz; strchr ssi
strrchr ssi; strstr sss; strspn zss; strcspn zss; strpbrk sss; strdup ss; strndup ssz; stpcpy sss; strcasecmp iss
strncasecmp issz; strtok sss; strerror si
malloc pz; calloc pzz; realloc ppz; free vp; aligned_alloc pzz; abort v; exit vi; _exit vi; atexit ip; getenv ss
printf is.; fprintf ips.; sprintf iss.; snprintf iszs.; puts is; putchar ii; fputs isp; fputc iip; putc iip
vprintf isp; vfprintf ipsp; vsprintf issp; vsnprintf iszsp; fflush ip; scanf is.; sscanf iss.; fwrite zpzzp
abs ii; labs ll; llabs qq; atoi is; atol ls; atoll qs; atof ds; strtol lspi; strtoul zspi; strtoll qspi; strtoull zspi
strtod dsp; qsort vpzzp; bsearch pppzzp; rand i; srand vu
isalpha ii; isdigit ii; isalnum ii; isspace ii; isupper ii; islower ii; isprint ii; ispunct ii; isxdigit ii; iscntrl ii
isgraph ii; isblank ii; toupper ii; tolower ii
sqrt dd; pow ddd; sin dd; cos dd; tan dd; asin dd; acos dd; atan dd; atan2 ddd; exp dd; exp2 dd; log dd; log2 dd
log10 dd; floor dd; ceil dd; fmod ddd; round dd; trunc dd; rint dd; ldexp ddi; frexp ddp; modf ddp; sinh dd; cosh dd
tanh dd; hypot ddd; cbrt dd; fmin ddd; fmax ddd; lround ld; nearbyint dd
sqrtf ff; powf fff; sinf ff; cosf ff; tanf ff; expf ff; logf ff; floorf ff; ceilf ff; fmodf fff; roundf ff; truncf ff
sqrtl ee; powl eee; floorl ee; ceill ee; fmodl eee; setjmp ip; longjmp vpi; time lp; clock l
`;

let table: Map<string, FunctionType> | null = null;

/** The type of a library function, or null. */
export function libraryType(name: string): FunctionType | null {
  if (table === null) {
    table = new Map();
    for (const entry of TABLE.split(/[;\n]/)) {
      const [fn, letters] = entry.trim().split(" ");
      if (fn === undefined || letters === undefined) continue;
      const variadic = letters.endsWith(".");
      const types = [...letters.replace(".", "")].map((c) => LETTER[c]!);
      table.set(fn, {
        kind: "function",
        ret: types[0]!,
        params: types.slice(1).map((type) => ({ name: null, type })),
        variadic,
        noProto: false,
        quals: 0,
      });
    }
  }
  return table.get(name) ?? null;
}
