// The parser: tables of source and tree (as `c_dump.ts` shows it), errors and recovery, lazy bodies, bounds.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { FunctionDef } from "../../emulator/c/ast.ts";
import { type ParsedUnit, type ParseOptions, parse, parseExpression } from "../../emulator/c/parser.ts";
import { preprocessText } from "../../emulator/c/preprocessor.ts";
import { expansionLoc } from "../../emulator/c/token.ts";
import { dumpExpr, dumpExternal, dumpStmt } from "../support/c_dump.ts";

function unit(source: string, options: ParseOptions = {}): ParsedUnit {
  return parse(preprocessText(source).tokens, options);
}

function shown(source: string, options: ParseOptions = {}): string {
  const { externals, errors } = unit(source, options);
  return [...externals.map(dumpExternal), ...errors.map((e) => `<${e.loc.line}: ${e.message}>`)].join("; ");
}

/** Statements of a function in which `T` is a type and everything else is not. */
function statements(source: string): string {
  const { externals, errors } = unit(`typedef int T;\nvoid f(void) {\n${source}\n}`);
  const body = (externals[1] as FunctionDef | undefined)?.body.items.map(dumpStmt) ?? [];
  return [...body, ...errors.map((e) => `<${e.loc.line - 2}: ${e.message}>`)].join("; ");
}

function check(table: readonly (readonly [string, string])[], show: (source: string) => string): void {
  for (const [source, expected] of table) assert.equal(show(source), expected, source);
}

test("parser: expressions", () => {
  check(
    [
      ["a + b * c - d;", "((a + (b * c)) - d)"],
      ["a = b = c ? d : e, f;", "((a = (b = (c ? d : e))) , f)"],
      ["a ? b : c ? d : e;", "(a ? b : (c ? d : e))"],
      ["a ? b, c : d;", "(a ? (b , c) : d)"],
      ["a ?: b ?: c;", "(a ?  : (b ?  : c))"],
      ["a || b && c | d ^ e & f == g < h << i;", "(a || (b && (c | (d ^ (e & (f == (g < (h << i))))))))"],
      ["!a++ + -~--b;", "((! (a++)) + (- (~ (--pre b))))"],
      ["*p++ = &a[i].b->c(1, (2, 3))[0];", "((* (p++)) = (& a[i].b->c(1, (2 , 3))[0]))"],
      ["a <<= b >>= 1;", "(a <<= (b >>= 1))"],
      ["sizeof a + 1;", "((sizeof a) + 1)"],
      ["sizeof(T) + 1;", "((sizeof {<T>}) + 1)"],
      ["sizeof(a)[0];", "(sizeof a[0])"],
      ["sizeof(T){1}.x;", "(sizeof (compound {<T>} {1}).x)"],
      ["_Alignof(T *) + __alignof__ a;", "((alignof {pointer to <T>}) + (alignof a))"],
      ["x = (T)*p;", "(x = (cast {<T>} (* p)))"],
      ["x = (T)-1;", "(x = (cast {<T>} (- 1)))"],
      ["x = (T)&y;", "(x = (cast {<T>} (& y)))"],
      ["x = (T)(y);", "(x = (cast {<T>} y))"],
      ["x = (y)-1;", "(x = (y - 1))"],
      ["x = (y)(z);", "(x = y(z))"],
      ["(T (*)(int, char *))p;", "(cast {pointer to function(int, pointer to char) returning <T>} p)"],
      ["(int (*(*)(void))[3])p;", "(cast {pointer to function() returning pointer to array 3 of int} p)"],
      ["(T[]){1, 2, [5] = 3}[1];", "(compound {array of <T>} {1, 2, [5]=3})[1]"],
      ["&(struct s){.a = 1, .b.c[2] = {3}};", "(& (compound {struct s} {.a=1, .b.c[2]={3}}))"],
      ["({ int a = 1; a + 1; }) * 2;", "(({ decl a: int = 1; (a + 1) }) * 2)"],
      ["&&lab;", "(&& lab)"],
      ["a && &&lab;", "(a && (&& lab))"],
      ['"a" "b" L"c";', 'wchar"abc"'],
      ['"\\x1" "2";', '"\\u00012"'],
      ["__extension__ (T)1;", "(cast {<T>} 1)"],
      ["__real__ z + __imag__ z;", "((__real__ z) + (__imag__ z))"],
      ["_Generic(a, int: 1, T *: 2, default: 3);", "(generic a, {int}: 1, {pointer to <T>}: 2, default: 3)"],
      ["__builtin_offsetof(struct s, a.b[i + 1].c);", "(offsetof {struct s} .a.b[(i + 1)].c)"],
      ["__builtin_types_compatible_p(T, typeof(a));", "(compatible {<T>} {typeof a})"],
      ["__builtin_va_arg(ap, T *);", "(va_arg ap {pointer to <T>})"],
      ["__builtin_choose_expr(1, a, b);", "(choose 1 a b)"],
      ["__builtin_expect(!!(a), 0);", "__builtin_expect((! (! a)), 0)"],
      ["__func__;", "__func__"],
      ["1.5f + 'a' + 0x80000000;", "((1.5:float + 97) + 2147483648:u int)"],
    ],
    statements,
  );
});

test("parser: an expression by itself", () => {
  const one = (source: string) => {
    const { expr, errors } = parseExpression(preprocessText(source).tokens, { typedefs: ["T"] });
    return expr === null ? errors[0]!.message : dumpExpr(expr);
  };
  assert.equal(one("p->x + (T)1"), "(p->x + (cast {<T>} 1))");
  assert.equal(one("p->x +"), "expected expression, found end of input");
  assert.equal(one("a b"), "expected end of expression, found 'b'");
  assert.equal(one("(".repeat(1000)), "nesting too deep");
});

test("parser: statements", () => {
  check(
    [
      [";{};", "empty; {  }; empty"],
      ["if (a) if (b) c; else d;", "if a if b c else d"],
      ["if (a) b; else if (c) d; else e;", "if a b else if c d else e"],
      ["while (a) do b; while (c);", "while a do b while c"],
      ["for (;;) ;", "for (; ; ) empty"],
      [
        "for (int i = 0, *p = q; i < 3; i++, p++) continue;",
        "for (decl i: int = 0 | p: pointer to int = q; (i < 3); ((i++) , (p++))) continue",
      ],
      ["for (a = 1; a; ) { break; }", "for ((a = 1); a; ) { break }"],
      [
        "switch (a) { case 1: case 2 ... 5: b; break; default: ; }",
        "switch a { case 1: case 2 ... 5: b; break; default: empty }",
      ],
      ["switch (a) case 1: b;", "switch a case 1: b"],
      ["a: b: c; goto a; goto *p;", "a: b: c; goto a; goto *p"],
      ["a: int x; b: }  void g(void) {", "a: empty; decl x: int; b: empty"],
      ["__label__ x, y; x: y: return;", "x: y: return"],
      ["T: goto T;", "T: goto T"],
      [
        "lab: __attribute__((unused)) ; lab2: __attribute__((unused)) int x;",
        "lab: empty; lab2: empty; decl x: int [[unused]]",
      ],
      ["case_: a ? b : c;", "case_: (a ? b : c)"],
      ["__attribute__((fallthrough)); [[fallthrough]];", "empty; empty"],
      ["return a, b; return;", "return (a , b); return"],
      ['asm("");', 'asm "" ( : )'],
      [
        'asm volatile ("a" "b" : "=r" (x), [y] "+m" (*y) : "i" (1) : "memory", "cc");',
        'asm "ab" (x, (* y) : 1)',
      ],
      ['asm("x" :: "r" (a)); __asm__ __volatile__("y" ::: "memory");', 'asm "x" ( : a); asm "y" ( : )'],
      ['asm goto ("x" : : "i" (1) : : l1, l2);', 'asm "x" ( : 1) goto l1,l2'],
      [
        "int nested(int a) { return a; } nested(1);",
        "nested: function(a: int) returning int { return a }; nested(1)",
      ],
      ['_Static_assert(1, "m"); int x;', 'static_assert 1 "m"; decl x: int'],
      [
        "extern int e; static int s; typedef T U; U u; struct l { U a; } l;",
        "decl e: extern int; decl s: static int; decl U: typedef <T>; decl u: <U>; decl l: struct l { a: <U> }",
      ],
    ],
    statements,
  );
});

test("parser: typedef names and what hides them", () => {
  check(
    [
      ["T * x;", "decl x: pointer to <T>"],
      ["T (x);", "decl x: <T>"],
      ["T x, y; x * y;", "decl x: <T> | y: <T>; (x * y)"],
      ["int T; T * x;", "decl T: int; (T * x)"],
      ["{ int T = 1; T++; } T y;", "{ decl T: int = 1; (T++) }; decl y: <T>"],
      ["T T; T = 1;", "decl T: <T>; (T = 1)"],
      ["for (int T = 0; T; T++) T; T z;", "for (decl T: int = 0; T; (T++)) T; decl z: <T>"],
      ["enum { T = 3 }; T * 2;", "decl enum { T=3 }; (T * 2)"],
      [
        "struct s { T T; T *next; } x; x.T = (T)1;",
        "decl x: struct s { T: <T>; next: pointer to <T> }; (x.T = (cast {<T>} 1))",
      ],
      ["const T x; unsigned T; T = 1;", "decl x: const <T>; decl T: unsigned; (T = 1)"],
      [
        "int g(T T, int a[sizeof T]); T x;",
        "decl g: function(T: <T>, a: array (sizeof T) of int) returning int; decl x: <T>",
      ],
      ["({ int T = 1; T * 2; }); (T)-1;", "({ decl T: int = 1; (T * 2) }); (cast {<T>} (- 1))"],
      ["typedef char T; T c;", "decl T: typedef char; decl c: <T>"],
      ["sizeof(T); { T: ; }", "(sizeof {<T>}); { T: empty }"],
    ],
    statements,
  );
  assert.equal(
    shown("typedef int T; void f(int T) { T * 2; } T x;"),
    "decl T: typedef int; f: function(T: int) returning void { (T * 2) }; decl x: <T>",
  );
  assert.equal(shown("u8 x;", { typedefs: ["u8"] }), "decl x: <u8>");
  assert.deepEqual([...unit("typedef int A, *B; struct C { int D; };").typedefs].sort(), [
    "A",
    "B",
    "__builtin_va_list",
  ]);
});

test("parser: declarators", () => {
  check(
    [
      [
        "int a, *b, c[2], d(void);",
        "decl a: int | b: pointer to int | c: array 2 of int | d: function() returning int",
      ],
      ["int *(*f[3])(int);", "decl f: array 3 of pointer to function(int) returning pointer to int"],
      ["char *const *volatile p;", "decl p: volatile pointer to const pointer to char"],
      [
        "void (*signal(int sig, void (*fn)(int)))(int);",
        "decl signal: function(sig: int, fn: pointer to function(int) returning void) returning pointer to function(int) returning void",
      ],
      [
        "int (*(*g)(int (*)[3], ...))[4];",
        "decl g: pointer to function(pointer to array 3 of int, ...) returning pointer to array 4 of int",
      ],
      [
        "int f(), g(int, char *x, int [const 3], int (*)(void), int (int));",
        "decl f: function(?) returning int | g: function(int, x: pointer to char, array 3 of int, pointer to function() returning int, function(int) returning int) returning int",
      ],
      [
        "void h(int n, int a[static n][*], int b[*], int c[restrict]);",
        "decl h: function(n: int, a: array static n of array * of int, b: array * of int, c: array of int) returning void",
      ],
      [
        "void k(const void *, unsigned, struct s);",
        "decl k: function(pointer to const void, unsigned, struct s) returning void",
      ],
      [
        "typedef int T; void m(int T, T x);",
        "decl T: typedef int; decl m: function(T: int, x: <T>) returning void; <1: unknown type name 'T'>",
      ],
      [
        "typedef int T; int n(int (T)), o(T);",
        "decl T: typedef int; decl n: function(function(<T>) returning int) returning int | o: function(<T>) returning int",
      ],
      ["int (x), ((*y));", "decl x: int | y: pointer to int"],
      [
        "int old(a, b) int a; char *b; { return a; }",
        "old: function(names a b) returning int decl a: int; decl b: pointer to char; { return a }",
      ],
      [
        "f(x) { return x; } y;",
        "f: function(names x) returning implicit-int { return x }; decl y: implicit-int",
      ],
      [
        "static int (*get(int n))(void) { return 0; }",
        "get: function(n: int) returning pointer to function() returning static int { return 0 }",
      ],
      [
        'register int r asm("rsp"); extern int q(void) __asm__("real");',
        "decl r: register int asm rsp; decl q: function() returning extern int asm real",
      ],
    ],
    shown,
  );
});

test("parser: specifiers", () => {
  check(
    [
      [
        "unsigned long long int a; long unsigned b; int long c;",
        "decl a: unsigned long long int; decl b: long unsigned; decl c: int long",
      ],
      [
        "const int a; int const b; volatile _Atomic int c; _Atomic(int *) d;",
        "decl a: const int; decl b: const int; decl c: volatile atomic int; decl d: atomic typeof {pointer to int}",
      ],
      [
        "static inline __attribute__((always_inline)) int f(void);",
        "decl f: function() returning static inline int [[always_inline]]",
      ],
      [
        "int static a; __thread int b; extern _Thread_local int c; _Noreturn void d(void);",
        "decl a: static int; decl b: thread int; decl c: extern thread int; decl d: function() returning noreturn void",
      ],
      ["_Alignas(16) _Alignas(long) int a;", "decl a: alignas(16) alignas(long) int"],
      [
        "typeof(1 + 2) a; __typeof__(int *) b; typeof_unqual(a) c; __auto_type d = 1;",
        "decl a: typeof (1 + 2); decl b: typeof {pointer to int}; decl c: typeof_unqual a; decl d: __auto_type = 1",
      ],
      [
        "unsigned __int128 a; __uint128_t b; __int128_t c; long double _Complex d; __builtin_va_list e;",
        "decl a: unsigned __int128; decl b: unsigned __int128; decl c: __int128; decl d: long double _Complex; decl e: <__builtin_va_list>",
      ],
      [
        "__extension__ typedef struct { int x; } T; __signed__ char y; _Bool z;",
        "decl T: typedef struct { x: int }; decl y: signed char; decl z: _Bool",
      ],
      [
        "struct s; union u *p; enum e { A, B = 2, C = A | B, } v;",
        "decl struct s; decl p: pointer to union u; decl v: enum e { A, B=2, C=(A | B) }",
      ],
      [
        "struct s { int a : 3, : 2, b; struct { int c; }; union { int d; char e; } u; int f[]; };",
        "decl struct s { a: int : 3, int : 2, b: int; struct { c: int }; u: union { d: int; e: char }; f: array of int }",
      ],
      [
        'struct s { ; int a;; _Static_assert(1, ""); int (*f)(struct s *); };',
        "decl struct s { a: int; f: pointer to function(pointer to struct s) returning int }",
      ],
      [
        "struct __attribute__((packed)) s { int a __attribute__((aligned(8))); } __attribute__((aligned(16)));",
        "decl struct s { a: int [[aligned(8)]] } [[packed aligned(16)]]",
      ],
      [
        "struct { int a; } x = { 1 }, *y, z[2] = { [0].a = 1, [1] = { .a = 2 } };",
        "decl x: struct { a: int } = {1} | y: pointer to struct { a: int } | z: array 2 of struct { a: int } = {[0].a=1, [1]={.a=2}}",
      ],
      [
        "int a[] = { [0 ... 3] = 1, [4] 2, 5 }; struct s t = { f: 1, .g = 2, };",
        "decl a: array of int = {[0 ... 3]=1, [4]=2, 5}; decl t: struct s = {.f=1, .g=2}",
      ],
      [
        '_Static_assert(sizeof(int) == 4, "a" "b"); _Static_assert(1); asm("nop"); ;',
        'static_assert ((sizeof {int}) == 4) "ab"; static_assert 1 ""; asm "nop"',
      ],
    ],
    shown,
  );
});

test("parser: attributes wherever gcc takes them", () => {
  check(
    [
      [
        "int a __attribute__((unused, aligned(4))), __attribute__((weak)) b;",
        "decl a: int [[unused aligned(4)]] | b: int [[weak]]",
      ],
      ["int * __attribute__((aligned(8))) p;", "decl p: pointer to int [[aligned(8)]]"],
      [
        "int __attribute__((noinline)) f(int x __attribute__((unused)));",
        "decl f: function(x: int [[unused]]) returning int [[noinline]]",
      ],
      [
        'void f(const char *, ...) __attribute__((__format__(__printf__, 1, 2), section(".x")));',
        'decl f: function(pointer to const char, ...) returning void [[format(__printf__, 1, 2) section(".x")]]',
      ],
      [
        "void (__attribute__((noreturn)) *fp)(void);",
        "decl fp: pointer to function() returning void [[noreturn]]",
      ],
      ["enum { A __attribute__((deprecated)) = 1 } __attribute__((packed)) e;", "decl e: enum { A=1 }"],
      [
        '[[gnu::noinline, nodiscard("x")]] int f([[maybe_unused]] int a);',
        'decl f: function(a: int [[maybe_unused]]) returning int [[noinline nodiscard("x")]]',
      ],
      [
        "typedef int v4 __attribute__((vector_size(4 * sizeof(int)), mode(SI)));",
        "decl v4: typedef int [[vector_size((4 * (sizeof {int}))) mode(SI)]]",
      ],
      ["int x __attribute__(()) __attribute__((,,));", "decl x: int"],
      ["int y = sizeof(int __attribute__((aligned(16))));", "decl y: int = (sizeof {int [[aligned(16)]]})"],
    ],
    shown,
  );
});

test("parser: #pragma pack", () => {
  const source =
    "#pragma pack(push)\n#pragma pack(1)\nstruct a { int x; };\n#pragma pack(pop)\nstruct b { int x; };\n#pragma pack(push, 2)\nstruct c { int x; };\n#pragma pack()\nstruct d { int x; };";
  assert.equal(
    shown(source),
    "decl struct a { x: int } [[pragma_pack(1)]]; decl struct b { x: int }; decl struct c { x: int } [[pragma_pack(2)]]; decl struct d { x: int }",
  );
});

test("parser: places", () => {
  const source =
    "#define ADD(a, b) ((a) + (b))\nint f(int x)\n{\n\tint y = ADD(x,\n\t\tg(1));\n\treturn s->m;\n}\n";
  const f = unit(source).externals[0] as FunctionDef;
  const at = (loc: { line: number; col: number }) => `${loc.line}:${loc.col}`;
  assert.deepEqual(
    [at(f.loc), at(f.endLoc), at(f.declarator.loc), at(f.body.loc)],
    ["2:1", "7:1", "2:5", "3:1"],
  );
  const [declaration, ret] = f.body.items;
  assert.ok(declaration?.kind === "declaration" && ret?.kind === "return" && ret.value !== null);
  const sum = declaration.items[0]!.init!;
  assert.ok(sum.kind === "binary" && sum.right.kind === "call");
  assert.deepEqual([at(sum.loc), sum.loc.macro, at(expansionLoc(sum.loc))], ["1:24", "ADD", "4:10"]);
  assert.deepEqual([at(sum.right.loc), at(expansionLoc(sum.right.loc))], ["5:3", "4:10"]);
  assert.deepEqual([at(ret.loc), at(ret.value.loc)], ["6:2", "6:12"]);
});

test("parser: errors say what was expected and what was found", () => {
  const table: [source: string, line: number, message: RegExp][] = [
    ["int x = ;", 1, /^expected expression, found ';'$/],
    ["int x\nint y;", 2, /^expected ';' (after declaration|or a name), found 'int'/],
    ["int f(void) {\n  return 1\n}", 3, /^expected ';' after return, found '}'$/],
    ["int f(void) {\n  if (a b) c;\n}", 2, /^expected '\)' after the condition of 'if', found 'b'$/],
    ["struct s { int x }; struct s y = { 1", 1, /^expected '}' or ',' in initializer, found end of input$/],
    ["int a[3;", 1, /^expected ']' after array size, found ';'$/],
    ["foo_t x;", 1, /^unknown type name 'foo_t'$/],
    ["void f(foo_t *p);", 1, /^unknown type name 'foo_t'$/],
    ["int f(void) { foo_t *p; return 0; }", 1, /^unknown type name 'foo_t'$/],
    ["int f(void) { else x; }", 1, /^'else' without a previous 'if'$/],
    ["}", 1, /^'}' without '{'$/],
    ["int x = 'a;", 1, /^missing terminating ' character$/],
    ["int x = 09;", 1, /^'09' is not a number$/],
    ["int @;", 1, /^expected a name, found '@'$/],
    ["#define M(x) x +\nint x = M(1);", 2, /^expected expression, found ';'$/],
    ["#define M ]\nint x = M;", 1, /^expected expression, found ']' \(from macro 'M'\)$/],
    ["int f(void) { x = 1; ", 1, /^this '{' has no matching '}'$/],
    ["int x; struct { int y; } int z;", 1, /two types given/],
    ["int f(int a, ) { }", 1, /^expected parameter declaration, found '\)'$/],
    ["int f(void) { goto 3; }", 1, /^expected label after 'goto', found '3'$/],
    ["int f(void) { do x; until(1); }", 1, /^expected 'while' after the body of 'do', found 'until'$/],
    ["enum { A = };", 1, /^expected expression, found '}'$/],
    ["int f(void) { a.3; }", 1, /^expected ';' after expression, found '.3'$/],
    [
      "int f(void) { int i; for_each_own(i) g(i); }",
      1,
      /^for_each_own\(\.\.\.\) would have to be a macro, and there is none of that name: g follows it$/,
    ],
    ["int f(void) { for_each_own(1) { } }", 1, /^for_each_own\(.*: \{ follows it$/],
    ["int f(void) { for_each_own(1) if (x) return 1; }", 1, /^for_each_own\(.*: if follows it$/],
    ["int f(void) { a->; }", 1, /^expected member name after '->', found ';'$/],
    ['int x = L"a" u"b";', 1, /different widths/],
  ];
  for (const [source, line, message] of table) {
    const error = unit(source).errors[0];
    assert.match(error?.message ?? "no error", message, source);
    assert.equal(error?.loc.line, line, source);
  }
});

test("parser: one bad construct does not lose the others", () => {
  const names = (source: string, options: ParseOptions = {}) =>
    unit(source, options)
      .externals.flatMap((e) =>
        e.kind === "function"
          ? [`${e.declarator.name}${e.bodyErrors.length > 0 ? "!" : ""}`]
          : e.kind === "declaration"
            ? e.items.map((i) => i.declarator.name)
            : [],
      )
      .join(" ");
  const bad =
    "int a;\nint b = = 3;\nstruct s { int x, = ; };\nint c;\nint f(void) { x y z; return 1; }\nint g(void) { return 2; }\n)\nint d;\n";
  assert.equal(names(bad), "a c f! g d");
  assert.equal(names(bad, { lazyBodies: true }), "a c f! g d");
  assert.equal(
    names("int f(void)\n{\n\tif (x) {\n\treturn 1;\n}\n\nint g(void)\n{\n\treturn 2;\n}\n"),
    "f! g",
  );
  assert.equal(names("struct s {\n\tint a;\n}\nint f(void)\n{\n}\nint h;"), "f h");
  const f = unit("void f(void) { a = ; b(); c d; { e( } g(); }").externals[0] as FunctionDef;
  assert.ok(f.bodyErrors.length >= 2);
  assert.ok(f.body.items.map(dumpStmt).includes("b()"));
});

test("parser: lazy bodies give the same tree", () => {
  const source =
    "typedef int T; struct s { T x; };\nstatic int f(int T) { return T * 2; }\nint g(void) { U *u; T (v); return (U)-1 + (T)-1; }\ntypedef long U;\nint h(void) { return }\nint i = 1;";
  const lazy = unit(source, { lazyBodies: true });
  assert.deepEqual(lazy.errors, []);
  assert.equal(lazy.externals.length, 7);
  const functions = lazy.externals.filter((e) => e.kind === "function");
  assert.deepEqual(
    functions.map((e) => [e.declarator.name, e.endLoc.line, e.endLoc.col]),
    [
      ["f", 2, 37],
      ["g", 3, 50],
      ["h", 5, 22],
    ],
  );
  assert.equal(dumpStmt(functions[0]!.body), "{ return (T * 2) }");
  // The typedefs of the end of the file are in force.
  assert.equal(
    dumpStmt(functions[1]!.body),
    "{ decl u: pointer to <U>; decl v: <T>; return ((cast {<U>} (- 1)) + (cast {<T>} (- 1))) }",
  );
  assert.equal(functions[1]!.body, functions[1]!.body);
  assert.deepEqual(functions[1]!.bodyErrors, []);
  assert.match(functions[2]!.bodyErrors[0]!.message, /expected expression, found '}'/);
  assert.deepEqual(lazy.errors, []);
  const eager = unit(
    source.replace("typedef long U;", "").replace("typedef int T;", "typedef int T; typedef long U;"),
  );
  assert.equal(
    dumpStmt(
      (eager.externals.find((e) => e.kind === "function" && e.declarator.name === "g") as FunctionDef).body,
    ),
    dumpStmt(functions[1]!.body),
  );
});

test("parser: types and annotations of headers that are not there", () => {
  const source = `
static __always_inline vm_fault_t foo_fault(struct vm_fault *vmf, pfn_t *pfnp) __releases(x)
{
	gfp_t gfp = (__force gfp_t)1;
	void __user *p = (void __user *)vmf;
	pgoff_t *q;
	xa_mark_t m = (xa_mark_t)2;
	return a * b;
}
EXPORT_SYMBOL_GPL(foo_fault);
MODULE_LICENSE("GPL");
int x __read_mostly = 1;
int __init bar(void) { return 0; }
static __printf(1, 2) int __qux(u32 const x) __must_hold(y->z) { u32 const w = x; return w; }
asmlinkage __visible void baz(void) { }
struct s { struct t __rcu *p; u32 y; };
`;
  const { externals, errors, assumedTypes } = unit(source, { unknownTypes: "assume" });
  assert.deepEqual(errors, []);
  assert.deepEqual(externals.map(dumpExternal), [
    "foo_fault: function(vmf: pointer to struct vm_fault, pfnp: pointer to <pfn_t>) returning static <vm_fault_t> " +
      "{ decl gfp: <gfp_t> = (cast {<gfp_t>} 1); decl p: pointer to void = (cast {pointer to void} vmf); decl q: pointer to <pgoff_t>; decl m: <xa_mark_t> = (cast {<xa_mark_t>} 2); return (a * b) }",
    "decl x: int = 1",
    "bar: function() returning int { return 0 }",
    "__qux: function(x: const <u32>) returning static int { decl w: const <u32> = x; return w }",
    "baz: function() returning void {  }",
    "decl struct s { p: pointer to struct t; y: <u32> }",
  ]);
  assert.deepEqual([...assumedTypes].sort(), ["gfp_t", "pfn_t", "pgoff_t", "u32", "vm_fault_t", "xa_mark_t"]);
  assert.ok(unit(source).errors.length > 5);
});

test("parser: nesting is bounded", () => {
  const many = (text: string) => text.repeat(3000);
  const table = [
    `int x = ${many("(")}1${many(")")};`,
    `int x = ${many("- ")}1;`,
    `int x = ${many("1 + ")}1;`,
    `int x = ${many("(int)")}1;`,
    `int ${many("*")}x;`,
    `int x${many("[1]")};`,
    `int x = ${many("{")}${many("}")};`,
    many("struct { ") + many("}; "),
    `int f(void) { ${many("{")}${many("}")} }`,
    `int f(void) { ${many("if (1) ")}; }`,
    `int f(void) { ${many("if (1) ; else ")}; }`,
    `int f(void) { switch (1) { ${many("case 1: ")}; } }`,
    `int f(void) { return ${many("({ ")}1;${many("}); ")} }`,
    `int f(void) { return ${many("a ? b : ")}c; }`,
    `int f(void) { a${many(".b")}; }`,
    `int f(void) { a${many("(1)")}; }`,
    `int f(void) { ${many("a = ")}b; }`,
    `void f${many("(int (*)")}${many(")")};`,
  ];
  for (const source of table) {
    const { errors } = unit(source);
    assert.deepEqual(
      [errors[0]?.message, errors[0]?.code],
      ["nesting too deep", "limit"],
      source.slice(0, 30),
    );
  }
  // What people write is far from the bounds.
  const deep = `int f(void) { return ${"(".repeat(100)}1${")".repeat(100)}${" + 1".repeat(800)}; }`;
  assert.deepEqual(unit(deep).errors, []);
  const chain = `int f(int x) { ${"if (x) ; else ".repeat(500)}; switch (x) { ${"case 1: ".repeat(500)} ; } return 0; }`;
  assert.deepEqual(unit(chain).errors, []);
});

test("parser: long lists are no nesting", () => {
  const list = Array.from({ length: 20000 }, (_, i) => `${i}`).join(", ");
  const { externals, errors } = unit(`int a[] = { ${list} }; int f(void) { ${"x(1); ".repeat(5000)} }`);
  assert.deepEqual(errors, []);
  const declaration = externals[0]!;
  assert.ok(declaration.kind === "declaration");
  const init = declaration.items[0]!.init!;
  assert.ok(init.kind === "initList");
  assert.equal(init.items.length, 20000);
  assert.equal(dumpExpr(init.items[19999]!.init as never), "19999");
});
