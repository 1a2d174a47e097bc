/**
 * What the compiler the emulator stands for says about itself: the predefined macros of gcc 12 for x86-64 Linux (LP64,
 * GNU C17, no optimisation) and its answers to `__has_attribute` and `__has_builtin`. Leaves out: decimal floating
 * point and the 16- and 128-bit binary types.
 */

/** One `NAME value` per line; macros with parameters as in a `#define`. */
export function predefinedText(): string {
  const lines: string[] = [...BASE];
  for (const [name, type, bytes, suffix] of INTEGERS) {
    lines.push(`__${name}_TYPE__ ${type}`);
    const isUnsigned = type.includes("unsigned");
    if (name.startsWith("CHAR") && name !== "CHAR") continue;
    lines.push(`__${name}_MAX__ 0x${isUnsigned ? "f" : "7"}${"f".repeat(bytes * 2 - 1)}${suffix}`);
    if (!/^(UINT|INT\d)/.test(name)) lines.push(`__${name}_WIDTH__ ${bytes * 8}`);
  }
  for (const [name, suffix] of CONSTANTS)
    lines.push(`__${name}_C(c) c${suffix === "" ? "" : ` ## ${suffix}`}`);
  for (const [names, properties] of FLOATS) {
    for (const name of names.split(" ")) {
      for (const [property, value] of Object.entries(properties))
        lines.push(`__${name}_${property}__ ${value}`);
      for (const property of ["HAS_DENORM", "HAS_INFINITY", "HAS_QUIET_NAN"])
        lines.push(`__${name}_${property}__ 1`);
      lines.push(`__${name}_IS_IEC_60559__ 2`);
    }
  }
  return lines.map((line) => `#define ${line.trim()}\n`).join("");
}

const BASE = [
  "_LP64 1",
  "_STDC_PREDEF_H 1",
  "__LP64__ 1",
  "__ELF__ 1",
  "__STDC__ 1",
  "__STDC_HOSTED__ 1",
  "__STDC_VERSION__ 201710L",
  "__STDC_UTF_16__ 1",
  "__STDC_UTF_32__ 1",
  "__STDC_ISO_10646__ 201706L",
  "__STDC_IEC_559__ 1",
  "__STDC_IEC_559_COMPLEX__ 1",
  "__STDC_IEC_60559_BFP__ 201404L",
  "__STDC_IEC_60559_COMPLEX__ 201404L",
  "__GNUC__ 12",
  "__GNUC_MINOR__ 2",
  "__GNUC_PATCHLEVEL__ 0",
  "__GNUC_STDC_INLINE__ 1",
  '__GNUC_EXECUTION_CHARSET_NAME "UTF-8"',
  '__GNUC_WIDE_EXECUTION_CHARSET_NAME "UTF-32LE"',
  '__VERSION__ "12.2.0"',
  "__GXX_ABI_VERSION 1017",
  "__NO_INLINE__ 1",
  "__CHAR_BIT__ 8",
  "__BIGGEST_ALIGNMENT__ 16",
  "__ORDER_LITTLE_ENDIAN__ 1234",
  "__ORDER_BIG_ENDIAN__ 4321",
  "__ORDER_PDP_ENDIAN__ 3412",
  "__BYTE_ORDER__ __ORDER_LITTLE_ENDIAN__",
  "__FLOAT_WORD_ORDER__ __ORDER_LITTLE_ENDIAN__",
  "__SIZEOF_SHORT__ 2",
  "__SIZEOF_INT__ 4",
  "__SIZEOF_LONG__ 8",
  "__SIZEOF_LONG_LONG__ 8",
  "__SIZEOF_INT128__ 16",
  "__SIZEOF_POINTER__ 8",
  "__SIZEOF_SIZE_T__ 8",
  "__SIZEOF_PTRDIFF_T__ 8",
  "__SIZEOF_WCHAR_T__ 4",
  "__SIZEOF_WINT_T__ 4",
  "__SIZEOF_FLOAT__ 4",
  "__SIZEOF_DOUBLE__ 8",
  "__SIZEOF_LONG_DOUBLE__ 16",
  "__SIZEOF_FLOAT80__ 16",
  "__SIZEOF_FLOAT128__ 16",
  "__SCHAR_MAX__ 0x7f",
  "__SHRT_MAX__ 0x7fff",
  "__INT_MAX__ 0x7fffffff",
  "__LONG_MAX__ 0x7fffffffffffffffL",
  "__LONG_LONG_MAX__ 0x7fffffffffffffffLL",
  "__SCHAR_WIDTH__ 8",
  "__SHRT_WIDTH__ 16",
  "__INT_WIDTH__ 32",
  "__LONG_WIDTH__ 64",
  "__LONG_LONG_WIDTH__ 64",
  "__WCHAR_MIN__ (-__WCHAR_MAX__ - 1)",
  "__WINT_MIN__ 0U",
  "__SIG_ATOMIC_MIN__ (-__SIG_ATOMIC_MAX__ - 1)",
  "__FLT_RADIX__ 2",
  "__FLT_EVAL_METHOD__ 0",
  "__FLT_EVAL_METHOD_TS_18661_3__ 0",
  "__DECIMAL_DIG__ 21",
  "__FINITE_MATH_ONLY__ 0",
  "__GCC_IEC_559 2",
  "__GCC_IEC_559_COMPLEX 2",
  "__ATOMIC_RELAXED 0",
  "__ATOMIC_CONSUME 1",
  "__ATOMIC_ACQUIRE 2",
  "__ATOMIC_RELEASE 3",
  "__ATOMIC_ACQ_REL 4",
  "__ATOMIC_SEQ_CST 5",
  "__ATOMIC_HLE_ACQUIRE 65536",
  "__ATOMIC_HLE_RELEASE 131072",
  ...["BOOL", "CHAR", "CHAR16_T", "CHAR32_T", "WCHAR_T", "SHORT", "INT", "LONG", "LLONG", "POINTER"].map(
    (name) => `__GCC_ATOMIC_${name}_LOCK_FREE 2`,
  ),
  ...[1, 2, 4, 8].map((bytes) => `__GCC_HAVE_SYNC_COMPARE_AND_SWAP_${bytes} 1`),
  "__GCC_ATOMIC_TEST_AND_SET_TRUEVAL 1",
  "__GCC_CONSTRUCTIVE_SIZE 64",
  "__GCC_DESTRUCTIVE_SIZE 64",
  "__GCC_ASM_FLAG_OUTPUTS__ 1",
  "__GCC_HAVE_DWARF2_CFI_ASM 1",
  "__HAVE_SPECULATION_SAFE_VALUE 1",
  "__PRAGMA_REDEFINE_EXTNAME 1",
  "__REGISTER_PREFIX__",
  "__USER_LABEL_PREFIX__",
  "__x86_64 1",
  "__x86_64__ 1",
  "__amd64 1",
  "__amd64__ 1",
  "__k8 1",
  "__k8__ 1",
  "__code_model_small__ 1",
  "__MMX__ 1",
  "__SSE__ 1",
  "__SSE2__ 1",
  "__SSE_MATH__ 1",
  "__SSE2_MATH__ 1",
  "__MMX_WITH_SSE__ 1",
  "__FXSR__ 1",
  "__SEG_FS 1",
  "__SEG_GS 1",
  "__pic__ 2",
  "__PIC__ 2",
  "__pie__ 2",
  "__PIE__ 2",
  "__gnu_linux__ 1",
  "__linux 1",
  "__linux__ 1",
  "linux 1",
  "__unix 1",
  "__unix__ 1",
  "unix 1",
];

/** Name in `__name_TYPE__`, the type, its bytes, the suffix of its maximum. */
const INTEGERS: readonly (readonly [string, string, number, string])[] = [
  ["INT8", "signed char", 1, ""],
  ["INT16", "short int", 2, ""],
  ["INT32", "int", 4, ""],
  ["INT64", "long int", 8, "L"],
  ["UINT8", "unsigned char", 1, ""],
  ["UINT16", "short unsigned int", 2, ""],
  ["UINT32", "unsigned int", 4, "U"],
  ["UINT64", "long unsigned int", 8, "UL"],
  ["INT_LEAST8", "signed char", 1, ""],
  ["INT_LEAST16", "short int", 2, ""],
  ["INT_LEAST32", "int", 4, ""],
  ["INT_LEAST64", "long int", 8, "L"],
  ["UINT_LEAST8", "unsigned char", 1, ""],
  ["UINT_LEAST16", "short unsigned int", 2, ""],
  ["UINT_LEAST32", "unsigned int", 4, "U"],
  ["UINT_LEAST64", "long unsigned int", 8, "UL"],
  ["INT_FAST8", "signed char", 1, ""],
  ["INT_FAST16", "long int", 8, "L"],
  ["INT_FAST32", "long int", 8, "L"],
  ["INT_FAST64", "long int", 8, "L"],
  ["UINT_FAST8", "unsigned char", 1, ""],
  ["UINT_FAST16", "long unsigned int", 8, "UL"],
  ["UINT_FAST32", "long unsigned int", 8, "UL"],
  ["UINT_FAST64", "long unsigned int", 8, "UL"],
  ["INTMAX", "long int", 8, "L"],
  ["UINTMAX", "long unsigned int", 8, "UL"],
  ["INTPTR", "long int", 8, "L"],
  ["UINTPTR", "long unsigned int", 8, "UL"],
  ["PTRDIFF", "long int", 8, "L"],
  ["SIZE", "long unsigned int", 8, "UL"],
  ["WCHAR", "int", 4, ""],
  ["WINT", "unsigned int", 4, "U"],
  ["SIG_ATOMIC", "int", 4, ""],
  ["CHAR16", "short unsigned int", 2, ""],
  ["CHAR32", "unsigned int", 4, ""],
];

const CONSTANTS: readonly (readonly [string, string])[] = [
  ["INT8", ""],
  ["INT16", ""],
  ["INT32", ""],
  ["INT64", "L"],
  ["UINT8", ""],
  ["UINT16", ""],
  ["UINT32", "U"],
  ["UINT64", "UL"],
  ["INTMAX", "L"],
  ["UINTMAX", "UL"],
];

const FLT = floatProperties(6, 9, 24, -125, 128, -37, 38);
const DBL = floatProperties(15, 17, 53, -1021, 1024, -307, 308);
const LDBL = floatProperties(18, 21, 64, -16381, 16384, -4931, 4932);

const FLT_VALUES = floatValues(
  "3.40282346638528859811704183484516925e+38",
  "1.17549435082228750796873653722224568e-38",
  "1.19209289550781250000000000000000000e-7",
  "1.40129846432481707092372958328991613e-45",
);
const DBL_VALUES = floatValues(
  "1.79769313486231570814527423731704357e+308",
  "2.22507385850720138309023271733240406e-308",
  "2.22044604925031308084726333618164062e-16",
  "4.94065645841246544176568792868221372e-324",
);
const LDBL_VALUES = floatValues(
  "1.18973149535723176502126385303097021e+4932",
  "3.36210314311209350626267781732175260e-4932",
  "1.08420217248550443400745280086994171e-19",
  "3.64519953188247460252840593361941982e-4951",
);

const FLOATS: readonly (readonly [string, Record<string, string>])[] = [
  ["FLT", { ...FLT, ...FLT_VALUES("", "F") }],
  ["FLT32", { ...FLT, ...FLT_VALUES("", "F32") }],
  ["DBL", { ...DBL, ...DBL_VALUES("((double)", "L)") }],
  ["FLT64", { ...DBL, ...DBL_VALUES("", "F64") }],
  ["FLT32X", { ...DBL, ...DBL_VALUES("", "F32x") }],
  ["LDBL", { ...LDBL, ...LDBL_VALUES("", "L") }],
  ["FLT64X", { ...LDBL, ...LDBL_VALUES("", "F64x") }],
];

function floatProperties(
  dig: number,
  decimalDig: number,
  mantissa: number,
  minExp: number,
  maxExp: number,
  min10: number,
  max10: number,
): Record<string, string> {
  return {
    DIG: `${dig}`,
    DECIMAL_DIG: `${decimalDig}`,
    MANT_DIG: `${mantissa}`,
    MIN_EXP: `(${minExp})`,
    MAX_EXP: `${maxExp}`,
    MIN_10_EXP: `(${min10})`,
    MAX_10_EXP: `${max10}`,
  };
}

function floatValues(max: string, min: string, epsilon: string, denormal: string) {
  return (before: string, after: string): Record<string, string> => ({
    MAX: `${before}${max}${after}`,
    NORM_MAX: `${before}${max}${after}`,
    MIN: `${before}${min}${after}`,
    EPSILON: `${before}${epsilon}${after}`,
    DENORM_MIN: `${before}${denormal}${after}`,
  });
}

const ATTRIBUTES = new Set(
  (
    "access alias aligned alloc_align alloc_size always_inline artificial assume_aligned cleanup cold common " +
    "const constructor copy deprecated designated_init destructor error externally_visible fallthrough flatten format " +
    "format_arg gnu_inline hot ifunc interrupt leaf malloc may_alias mode naked no_icf no_instrument_function " +
    "no_profile_instrument_function no_reorder no_sanitize no_sanitize_address no_sanitize_thread " +
    "no_sanitize_undefined no_sanitize_coverage no_split_stack no_stack_limit no_stack_protector noclone nocommon " +
    "noinit noinline noipa nonnull nonstring noplt noreturn nothrow optimize packed patchable_function_entry pure " +
    "regparm retain returns_nonnull returns_twice section sentinel simd stack_protect symver target target_clones " +
    "tls_model transparent_union uninitialized unused used vector_size visibility warn_if_not_aligned " +
    "warn_unused_result warning weak weakref zero_call_used_regs scalar_storage_order no_caller_saved_registers " +
    "ms_abi sysv_abi ms_hook_prologue indirect_branch function_return nocf_check fentry_name fentry_section " +
    "maybe_unused nodiscard"
  ).split(" "),
);

/** `__has_attribute(name)`, with or without surrounding underscores. */
export function hasAttribute(name: string): boolean {
  return ATTRIBUTES.has(bareName(name));
}

/** An attribute name without the underscores that may surround it. */
export function bareName(name: string): string {
  return name.length > 4 && name.startsWith("__") && name.endsWith("__") ? name.slice(2, -2) : name;
}

/** Builtins of other or later compilers, which would otherwise be taken for gcc's by their prefix. */
const NOT_BUILTINS = new Set(
  (
    "addcb addcs addcl addcll assume bitreverse8 bitreverse16 bitreverse32 bitreverse64 counted_by_ref debugtrap " +
    "get_counted_by preserve_access_index btf_type_id preserve_type_info preserve_field_info stdc_bit_width " +
    "operator_new operator_delete unpredictable nondeterministic_value elementwise_abs readcyclecounter popcountg " +
    "clzg ctzg ffsg parityg clrsbg function_start is_aligned align_up align_down vectorelements structured_binding_size"
  )
    .split(" ")
    .map((name) => `__builtin_${name}`),
);

/** `__has_builtin(name)`. */
export function hasBuiltin(name: string): boolean {
  return /^__(builtin|sync|atomic)_/.test(name) && !NOT_BUILTINS.has(name);
}
