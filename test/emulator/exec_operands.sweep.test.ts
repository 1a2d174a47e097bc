/**
 * Every operator with every pair of operand types: the function either gets code or is refused with a message of its own,
 * never with an exception of ours. Where gcc is not asked: what is refused is C that is wrong or that is not supported.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { linkProgram } from "../../emulator/hosted/run_program.ts";

const OPERANDS = [
  "c",
  "b",
  "i",
  "u",
  "l",
  "f",
  "d",
  "ld",
  "w",
  "uw",
  "z",
  "zf",
  "zi",
  "v",
  "vf",
  "p",
  "ip",
  "s",
  "s.bit",
  "s.wide",
  "un",
  "arr",
  "fn",
  "e",
  "1",
  "2.5",
  "1.0i",
];
const DECLARATIONS = `
struct s { int bit : 5; long long wide : 40; __int128 w; };
union un { int a; double b; };
enum e { E1, E2 };
typedef int v4 __attribute__((vector_size(16)));
typedef float vf4 __attribute__((vector_size(16)));
int fn(int a) { return a; }
#define LOCALS char c = 1; _Bool b = 1; int i = 2; unsigned u = 3; long l = 4; float f = 5; double d = 6; long double ld = 7; \\
  __int128 w = 8; unsigned __int128 uw = 9; double _Complex z = 10; float _Complex zf = 11; int _Complex zi = 12; \\
  v4 v = { 1 }; vf4 vf = { 1 }; void *p = 0; int *ip = &i; struct s s = { 1, 2, 3 }; union un un = { 1 }; int arr[3] = { 1 }; \\
  enum e e = E2;
`;
const BINARY = "+ - * / % & | ^ << >> && || == != < <= > >= = += -= *= /= %= &= |= ^= <<= >>= ,".split(" ");
const UNARY = [
  "-",
  "~",
  "!",
  "*",
  "&",
  "++",
  "--",
  "+",
  "__real__ ",
  "__imag__ ",
  "sizeof ",
  "(char)",
  "(long)",
  "(double)",
  "(__int128)",
  "(double _Complex)",
  "(v4)",
  "(struct s)",
  "(union un)",
  "(void *)",
  "(_Bool)",
  "(void)",
];

function refusals(functions: readonly string[]): string[] {
  const text = `${DECLARATIONS}${functions.map((body, n) => `void f${n}(void) { LOCALS ${body} }`).join("\n")}\nint main(void) { return 0; }\n`;
  const { image, errors } = linkProgram({ path: "p.c", text }, {}, new Map());
  assert.deepEqual(
    errors.map((e) => e.message),
    [],
  );
  for (let n = 0; n < functions.length; n++) image!.lower(image!.findFunction(`f${n}`));
  return image!.notes.flatMap((n) =>
    n.message.startsWith("internal error") ? [`${functions[Number(n.fn.slice(1))]}: ${n.message}`] : [],
  );
}

test("binary operators take every pair of types or say why not", () => {
  for (const op of BINARY) {
    const bodies = OPERANDS.flatMap((l) =>
      OPERANDS.map((r) => `${l} ${op} ${r}; if (${l} ${op} ${r}) i = (${l} ${op} ${r}) ? 1 : 2;`),
    );
    assert.deepEqual(refusals(bodies), []);
  }
});

test("unary operators, conversions and choices do the same", () => {
  const bodies = [
    ...UNARY.flatMap((op) => OPERANDS.map((x) => `${op}${x}; __typeof__(${op}${x}) *q; (void)sizeof q;`)),
    ...OPERANDS.flatMap((a) =>
      OPERANDS.map(
        (b) => `(void)(i ? ${a} : ${b}); (void)(${a} ?: ${b}); __typeof__(${a}) t = ${b}; (void)t;`,
      ),
    ),
    ...OPERANDS.flatMap((a) => [
      `${a}++;`,
      `--${a};`,
      `switch (${a}) { case 1: i = 3; }`,
      `while (${a}) break;`,
      `ip[${a}];`,
      `${a}[1];`,
      `fn(${a});`,
      `${a}(1);`,
    ]),
  ];
  assert.deepEqual(refusals(bodies), []);
});
