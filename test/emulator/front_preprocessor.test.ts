// The preprocessor: a table of expansions with known results, the same inputs against gcc, origins, bounds.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import type { SourceFile } from "../../emulator/c/ast.ts";
import { directivesOf } from "../../emulator/c/comments.ts";
import { lexText } from "../../emulator/c/lexer.ts";
import {
  defineMacros,
  type PreprocessOptions,
  predefinedMacros,
  preprocess,
  preprocessText,
} from "../../emulator/c/preprocessor.ts";
import { expansionLoc, tokensText } from "../../emulator/c/token.ts";

function expand(source: string, options: Partial<PreprocessOptions> = {}): string {
  const { tokens, errors } = preprocessText(source, options);
  const problems = errors.map((e) => `<${e.severity} ${e.message}>`).join("");
  return tokensText(tokens) + problems;
}

/** Source and the tokens it becomes. Every entry is also given to gcc. */
const EXPANSIONS: [source: string, expected: string][] = [
  ["#define A 1\nA B", "1 B"],
  ["#define A A b\nA", "A b"],
  ["#define A B\n#define B A\nA B", "A B"],
  ["#define A A A A\nA", "A A A"],
  ["#define f(x) [x]\nf(1) f (2) f f", "[1] [2] f f"],
  ["#define f(x) [x]\nf\n(\n3\n)", "[3]"],
  ["#define f(x, y) x+y\nf((1, 2), [3) f(,)", "(1, 2)+[3 +"],
  ["#define f() z\nf() f( )", "z z"],
  ["#define f(x) <x>\nf()", "<>"],
  ["#define f(x) x f\nf(1)(2)(3)", "1 f(2)(3)"],
  ["#define f(a) a*g\n#define g(a) f(a)\nf(2)(9)", "2*9*g"],
  ["#define NIL(x) x\n#define G_0(a) NIL(G_1)(a)\n#define G_1(a) NIL(G_0)(a)\nG_0(42)", "G_0(42)"],
  ["#define t(a) a\n#define f(x) f(x)\nt(f)(1)", "f(1)"],
  [
    "#define s(x) #x\ns(a  b) s( \"q\\n\" 'c' ) s() s(/* c */ x /* d */)",
    '"a b" "\\"q\\\\n\\" \'c\'" "" "x"',
  ],
  ["#define s(x) #x\n#define x(y) s(y)\n#define A 1 , 2\ns(A) x((A))", '"A" "(1 , 2)"'],
  ["#define c(a, b) a ## b\nc(x, y) c(1, e5) c(, z) c(w, ) c(<, <=) c(L, 'a')", "xy 1e5 z w <<= L'a'"],
  ["#define AB done\n#define c(a, b) a ## b\nc(A, B) c(A , B)", "done done"],
  ["#define t(x,y,z) x ## y ## z\nt(1,2,3) t(,4,5) t(6,,7) t(8,9,) t(10,,) t(,,)", "123 45 67 89 10"],
  [
    "#define hash # ## #\n#define m(a) #a\n#define i(a) m(a)\n#define j(c, d) i(c hash d)\nj(x, y)",
    '"x ## y"',
  ],
  ["#define v(...) [__VA_ARGS__]\nv() v(1) v(1, 2)", "[] [1] [1, 2]"],
  ["#define e(f, ...) p(f, ## __VA_ARGS__)\ne(1) e(1,) e(1, 2) e(1, 2, 3)", "p(1) p(1,) p(1, 2) p(1, 2, 3)"],
  ["#define e(f, a...) p(f , ## a)\ne(1) e(1, 2, 3)", "p(1) p(1 , 2, 3)"],
  ["#define e(...) p(0, ## __VA_ARGS__)\ne() e(1)", "p(0) p(0, 1)"],
  [
    "#define v(f, ...) g(f __VA_OPT__(,) __VA_ARGS__)\nv(1) v(1, 2) v(1,)",
    "g(1 ) g(1 , 2) g(1 )".replaceAll(" )", ")"),
  ],
  ["#define v(f, ...) f ## __VA_OPT__(x ## f)\nv(a) v(a, b)", "a axa"],
  ["#define E\n#define v(...) a __VA_OPT__(b)\nv(E) v(E 1)", "a a b"],
  [
    "#define EMPTY\n#define s(x) #x\n#define x(y) s(y)\nx(a EMPTY b) x(EMPTY a) x(a EMPTY) x(-EMPTY-)",
    '"a b" "a" "a" "--"',
  ],
  ["#define q(x) x\nq(q(q(1)))", "1"],
  ["#define f(x) x\nf(\n#if 1\none\n#else\ntwo\n#endif\n)", "one"],
  ["#define f(x) x\nf(\n#undef f\n#define f(y) [y]\nf(1))", "[1]"],
  ["#if 1 ? 2 : 0\na\n#elif 1\nb\n#else\nc\n#endif", "a"],
  ["#if 0\n#if 1\na\n#endif\n#else b\n#elifdef c\n#endif\nd".replace("#elifdef c\n", ""), "d"],
  ["#if defined A || !defined(B) && 1\nyes\n#endif", "yes"],
  ["#define D defined(X)\n#define X\n#if D\nyes\n#endif", "yes"],
  ["#if -1 > 0u\nyes\n#endif\n#if -1 < 0\nyes\n#endif", "yes yes"],
  ["#if (2 || 1/0) && !(0 && 1/0) && (1 ? 2 : 1/0)\nyes\n#endif", "yes"],
  ["#if 0x7fffffffffffffff + 1 < 0\nyes\n#endif", "yes"],
  ["#if 'a' == 97 && '\\377' < 0 && L'\\xff' == 255\nyes\n#endif", "yes"],
  [
    "#if (-7 / 2 == -3) && (-7 % 2 == -1) && (-1 >> 1 == -1) && (1 << 3 == 8) && (5 & 3 ^ 1 | 8) == 8\nyes\n#endif",
    "yes",
  ],
  ["#if 18446744073709551615ULL == -1\nyes\n#endif", "yes"],
  ["#ifdef A\n'\n#else\nyes\n#endif", "yes"],
  ["#ifndef __FILE__\nno\n#endif\n#ifdef __LINE__\nyes\n#endif", "yes"],
  ["__LINE__ __LINE__\n__LINE__", "1 1 2"],
  ['#line 100 "foo.c"\n__LINE__ __FILE__', '100 "foo.c"'],
  ["#define L __LINE__\n#define f(x) x L\n\nf(\nL\n)", "5 4"],
  ["__COUNTER__ __COUNTER__", "0 1"],
  ['#define A 1\n#pragma push_macro("A")\n#undef A\n#define A 2\nA\n#pragma pop_macro("A")\nA', "2 1"],
  [
    "__x86_64__ __LP64__ __GNUC__ __SIZEOF_LONG__ __INT_MAX__ __STDC_VERSION__",
    "1 1 12 8 0x7fffffff 201710L",
  ],
  ["__INT64_C(5) __UINT32_C(6) __SIZE_TYPE__", "5L 6U long unsigned int"],
  ["#\n#define\tA(x)\\\n  x\\\n+1\nA(3)", "3+1"],
  ["#define str(x) #x\n#define xstr(x) str(x)\n#define f(x) x\nxstr(f(a)f(b) f(c))", '"ab c"'],
  [
    "#define IS(x) P(__A_##x)\n#define __A_1 0,\n#define P(x) T(x 1, 0)\n#define T(a, b, ...) b\nIS(1) IS(2)",
    "1 0",
  ],
  ["#define O(x) x x\n#define P(x) O(O(x))\nP(P(1))", Array(16).fill("1").join(" ")],
  ["#define f(x) x\n#define g f(\ng 1)", "1"],
  [
    "#if __has_attribute(packed) && __has_attribute(__packed__) && !__has_attribute(nonsense)\nyes\n#endif",
    "yes",
  ],
  ["#if __has_builtin(__builtin_expect) && !__has_builtin(__builtin_nonsense_x)\n#endif\nyes", "yes"],
  ["#if 1 //* comment */ 2\nyes\n#endif", "yes"],
  ["#define paste(a,b) a##b\npaste(.,5) paste(5,.) paste(-,>) paste(_,_VA)", ".5 5. -> __VA"],
  ["#define a(x) b(x) x\n#define b(x) a(x)\na(1) b(2)", "a(1) 1 b(2) 2"],
  ["#define f(x,y) x y\n#define comma ,\nf(1 comma 2, 3)", "1 , 2 3"],
  ["#define lp (\n#define f(x) <x>\nf lp 1)", "f ( 1)"],
];

test("preprocessor: expansions", () => {
  for (const [source, expected] of EXPANSIONS) {
    const strip = (text: string) => text.replace(/\s+/g, " ");
    assert.equal(strip(expand(source)), strip(expected), source);
  }
});

function gccTokens(source: string): string[] | null {
  const gcc = spawnSync("gcc", ["-E", "-P", "-x", "c", "-"], { input: source, encoding: "utf8" });
  if (gcc.error || gcc.status !== 0) return null;
  return spelled(gcc.stdout);
}

function spelled(text: string): string[] {
  return lexText(text, 0).tokens.map((token) => token.text);
}

const haveGcc = !spawnSync("gcc", ["--version"]).error;

test("preprocessor: the same tokens as gcc", { skip: haveGcc ? false : "gcc is not on PATH" }, () => {
  let compared = 0;
  for (const [source] of EXPANSIONS) {
    const theirs = gccTokens(source);
    if (theirs === null) continue;
    const ours = preprocessText(source, { path: "<stdin>" }).tokens.map((token) => token.text);
    assert.deepEqual(ours, theirs, source);
    compared++;
  }
  assert.ok(compared >= EXPANSIONS.length - 3, `gcc took only ${compared} of ${EXPANSIONS.length}`);
});

test("preprocessor: predefined macros are gcc's", { skip: haveGcc ? false : "gcc is not on PATH" }, (t) => {
  const gcc = spawnSync("gcc", ["-dM", "-E", "-x", "c", "-"], { input: "", encoding: "utf8" });
  const theirs = new Map<string, string>();
  for (const line of gcc.stdout.split("\n")) {
    const match = /^#define (\w+)(\(\w+\))? ?(.*)$/.exec(line);
    if (match !== null) theirs.set(match[1]!, match[3]!.trim());
  }
  if (theirs.get("__GNUC__") !== "12" || !theirs.has("__x86_64__")) {
    t.skip("this gcc is not gcc 12 for x86-64");
    return;
  }
  const different: string[] = [];
  const macros = predefinedMacros([]);
  for (const macro of macros) {
    const value = theirs.get(macro.name);
    // Debian's gcc makes position-independent executables; another build may not, nor have the CET macros.
    if (/pi[ce]__$/i.test(macro.name)) continue;
    if (value !== tokensText(macro.body))
      different.push(`${macro.name}: ${tokensText(macro.body)}, gcc: ${value}`);
  }
  for (const name of theirs.keys()) {
    if (!macros.has(name) && !/FLT(16|128)_|_?DEC(32|64|128|_|IMAL_B)|__CET__/.test(name))
      different.push(`missing ${name}`);
  }
  assert.deepEqual(different, []);
});

test("preprocessor: errors", () => {
  const table: [source: string, message: RegExp][] = [
    ["#if\n#endif", /#if with no expression/],
    ["#if 1 +\n#endif", /ends too early/],
    ["#if 1 2\n#endif", /missing binary operator before '2'/],
    ["#if (1\n#endif", /missing '\)'/],
    ["#if 1/0\n#endif", /division by zero/],
    ["#if foo(1)\n#endif", /function-like macro 'foo' is not defined/],
    ["#if 1.0\n#endif", /floating constant/],
    ['#if "a"\n#endif', /not valid in #if/],
    ["#if 1", /unterminated conditional/],
    ["#endif", /#endif without #if/],
    ["#else", /#else without #if/],
    ["#if 1\n#else\n#else\n#endif", /#else after #else/],
    ["#define", /no macro name/],
    ["#define 3", /must be identifiers/],
    ["#define defined", /cannot be used/],
    ["#define f(x", /expected ',' or '\)'|before end of line/],
    ["#define f(x,x) x", /duplicate macro parameter/],
    ["#define f(...,x) x", /expected ',' or '\)'/],
    ["#define f(x) #y", /not followed by a macro parameter/],
    ["#define f ## a", /either end/],
    ["#define f(x) x\nf(1", /unterminated argument list/],
    ["#define f(x, y) x\nf(1)", /requires 2 arguments, but only 1 given/],
    ["#define f(x) x\nf(1, 2)", /passed 2 arguments, but takes just 1/],
    ["#define c(a, b) a##b\nc(+, x)", /does not give a valid preprocessing token/],
    ["#include <none.h>", /none\.h: no such file/],
    ["#include", /expects "FILENAME" or <FILENAME>/],
    ["#error no way", /#error no way/],
    ["#nonsense", /invalid preprocessing directive #nonsense/],
    ["#line x", /not a positive integer/],
    ["/*", /unterminated comment/],
  ];
  for (const [source, message] of table) {
    const { errors } = preprocessText(source);
    assert.equal(errors[0]?.severity, "error", source);
    assert.match(errors[0]?.message ?? "", message, source);
  }
  const redefined = preprocessText("#define A 1\n#define A 1\n#define A 2\n#warning hi").errors;
  assert.deepEqual(
    redefined.map((e) => `${e.severity} ${e.loc.line} ${e.message}`),
    ['warning 3 "A" redefined', "warning 4 #warning hi"],
  );
});

function tree(files: Record<string, string>): PreprocessOptions["resolve"] {
  const sources = new Map<string, SourceFile>();
  for (const [path, text] of Object.entries(files)) sources.set(path, { path, text, origin: "tree" });
  return (name, system, fromPath) => {
    const local = fromPath.replace(/[^/]*$/, "") + name;
    return (system ? undefined : sources.get(local)) ?? sources.get(`inc/${name}`) ?? null;
  };
}

test("preprocessor: #include", () => {
  const resolve = tree({
    "inc/a.h": "#pragma once\na __INCLUDE_LEVEL__ __FILE__\n",
    "d/a.h": "local\n",
    "inc/g.h": "#ifndef G\n#define G\ng\n#endif\n",
    "inc/f.h": "#define f(x) [x]\nf",
    "inc/loop.h": '#include "loop.h"',
  });
  assert.equal(expand("#include <a.h>\n#include <a.h>\nend", { resolve }), 'a 1 "inc/a.h" end');
  assert.equal(expand("#include <g.h>\n#include <g.h>", { resolve }), "g");
  assert.equal(expand("#define H <g.h>\n#include H", { resolve }), "g");
  assert.equal(expand('#define H "g.h"\n#include H\n__INCLUDE_LEVEL__', { resolve }), "g 0");
  assert.equal(expand("#include <f.h>\n(1)", { resolve }), "f (1)");
  assert.equal(expand('#if __has_include(<g.h>) && !__has_include("none")\nyes\n#endif', { resolve }), "yes");
  assert.equal(expand("#include <none.h>\nx", { missingInclude: "ignore" }), "x");
  const files: SourceFile[] = [];
  const source: SourceFile = { path: "d/x.c", text: '#include "a.h"\n#include <loop.h>', origin: "tree" };
  const result = preprocess(source, { files, macros: predefinedMacros(files), resolve });
  assert.equal(tokensText(result.tokens), "local");
  assert.deepEqual(
    result.errors.map((e) => [e.message, e.code]),
    [["#include is nested too deeply", "limit"]],
  );
  assert.deepEqual(
    files.map((file) => file.path),
    ["<built-in>", "d/x.c", "d/a.h", "inc/loop.h"],
  );
});

test("preprocessor: origins", () => {
  const source =
    "#define INC(x) ((x) + ONE)\n#define ONE 1\n#define TWICE(y) INC(INC(y))\n\nint z = TWICE(q);\n";
  const files: SourceFile[] = [];
  const { tokens } = preprocessText(source, { files, path: "a.c" });
  assert.equal(tokensText(tokens), "int z = ((((q) + 1)) + 1);");
  const at = (token: (typeof tokens)[number]) => {
    const chain: string[] = [];
    for (let loc: typeof token.loc | undefined = token.loc; loc !== undefined; loc = loc.via) {
      chain.push(`${loc.line}:${loc.col}${loc.macro === undefined ? "" : ` ${loc.macro}`}`);
    }
    return chain.join(" < ");
  };
  const q = tokens.find((token) => token.text === "q")!;
  assert.equal(at(q), "5:15 TWICE < 5:9");
  const one = tokens.filter((token) => token.text === "1");
  assert.equal(at(one[0]!), "2:13 ONE < 1:23 INC < 3:22 TWICE < 5:9");
  assert.equal(at(one[1]!), "2:13 ONE < 1:23 INC < 3:18 TWICE < 5:9");
  for (const token of tokens.slice(3, -2)) {
    const { file, line, col } = expansionLoc(token.loc);
    assert.deepEqual([files[file]!.path, line, col], ["a.c", 5, 9], token.text);
  }
});

test("preprocessor: macro tables", () => {
  const files: SourceFile[] = [];
  const macros = predefinedMacros(files);
  defineMacros(macros, files, ["A 1", "f(x) x A"]);
  const copy = macros.copy();
  const result = preprocessText("#undef A\n#define B 2\nf(B)", { files, macros: copy });
  assert.equal(tokensText(result.tokens), "2 A");
  assert.ok(macros.has("A") && !macros.has("B") && copy.has("B") && !copy.has("A"));
  const b = copy.get("B")!;
  assert.deepEqual([b.params, tokensText(b.body), b.loc.line, b.loc.col], [null, "2", 2, 9]);
  assert.deepEqual([...copy].pop()?.name, "B");
});

test("preprocessor: sticky macros", () => {
  const files: SourceFile[] = [];
  const macros = predefinedMacros(files);
  defineMacros(macros, files, ["LIMIT 7"]);
  const sticky = new Set(["LIMIT", "GONE"]);
  const source = "#define LIMIT 3\n#define GONE 1\nLIMIT GONE\n#undef LIMIT\nLIMIT";
  assert.equal(expand(source, { files, macros, sticky }), "7 GONE 7");
});

test("preprocessor: #pragma pack reaches the parser, other pragmas do not", () => {
  const source =
    '#pragma pack(push, 1)\na\n_Pragma("pack(pop)") b _Pragma("GCC poison x")\n#pragma GCC foo\nc';
  const { tokens } = preprocessText(source);
  const shown = tokens.map((t) => (t.kind === "pragma" ? `{${t.text}}` : t.text));
  assert.deepEqual(shown, ["{pack ( push , 1 )}", "a", "{pack ( pop )}", "b", "c", ""]);
});

test("preprocessor: hostile input reaches a limit, as an error with its code", () => {
  const doubling = Array.from({ length: 40 }, (_, i) => `#define A${i} A${i + 1} A${i + 1}`).join("\n");
  const chain = Array.from({ length: 5000 }, (_, i) => `#define A${i} A${i + 1}`).join("\n");
  const table: string[] = [
    `${doubling}\nA0`,
    `${chain}\nA0`,
    `#define f(x) x\n${"f(".repeat(5000)}${")".repeat(5000)}`,
    `#define s(x) #x\n#define x(x) s(x)\n${"x(".repeat(200)}"a"${")".repeat(200)}`,
    `#define c(a, b) a##b\n#define x(a) c(a, a)\n${"x(".repeat(200)}a${")".repeat(200)}`,
    "#if 1\n".repeat(5000),
  ];
  for (const source of table) {
    const { errors } = preprocessText(source, { limits: { expansionTokens: 200_000 } });
    assert.equal(errors[errors.length - 1]?.code, "limit", source.slice(0, 60));
  }
});

test("preprocessor: a macro goes on behind a comment of several lines, with backslashes and without", () => {
  const header = `#define BOTH(x) do { \\
	/* a comment \\
	 * joined */ one(x); \\
	/* and one
	 * that is not
	 */ two(x); \\
} while (0)
int before; /* of
 two lines */ int behind;
#define LAST 3 /* and
 more */
int last;
`;
  const lines = directivesOf(header).split("\n");
  assert.equal(lines.length, header.split("\n").length);
  assert.ok(!/int/.test(lines.join("")));
  assert.equal(expand(`${lines.join("\n")}BOTH(LAST)`).trim(), "do { one(3); two(3); } while (0)");
});
