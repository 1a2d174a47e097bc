// Mutated C never makes the front end throw, loop, or forget to report: a fixed seed, a few seconds.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { lexText } from "../../emulator/c/lexer.ts";
import { outline } from "../../emulator/c/outline.ts";
import { parse } from "../../emulator/c/parser.ts";
import { preprocessText } from "../../emulator/c/preprocessor.ts";

const SEEDS = [
  "#define max(a, b) ({ typeof(a) _a = (a); _a > (b) ? _a : (b); })\nint f(int x) { return max(x, 3); }\n",
  "#define L(x, ...) #x x##1 g(__VA_ARGS__) __VA_OPT__(,) f(, ##__VA_ARGS__)\nL(a, b, c) L() L(L(1))\n#undef L\n",
  "#if defined(A) && (1 << 3) > 'a' ? 0 : __has_attribute(packed)\nint a;\n#elif 1\nint b;\n#else\n#endif\n",
  "struct s { int a:3; union { char b; long c; }; int (*f)(struct s *); } __attribute__((packed)) v = { .a = 1, [0 ... 2] = {2} };\n",
  "typedef unsigned long ulong; static inline ulong *(*g(void))[3] { switch (1) { case 1 ... 2: default: goto *&&l; } l: return 0; }\n",
  'void h(a, b) int a; char *b; { asm volatile goto("x" : "=r"(a) : "i"(1) : "memory" : out); for (int i = 0; i < 3; i++) { if (a) ; else do {} while (0); } out:; }\n',
  'char *s = "a\\x41\\n" L"b" u8"c"; double d = 0x1.8p3 + 1e-5f; int n = 0xffull + 077 + 0b11 + \'\\377\';\n',
  "static const struct ops foo = {\n\t.open = bar,\n};\nSYSCALL_DEFINE2(x, int, a)\n{\n\tfor_each(y) {\n\t}\nout:\n\treturn 0;\n}\n/* c */\n",
  "int k = _Generic(1, int: sizeof(int[3]), default: _Alignof(long)) + __builtin_offsetof(struct s, a.b[1]);\n",
];

const FRAGMENTS =
  "( ) { } [ ] ; , # ## \" ' \\\n /* */ // \\ 0x 1e+ ... -> <<= ? : = * & && int struct typedef if else case do while return " +
  'sizeof typeof __attribute__(( __VA_ARGS__ __VA_OPT__( _Pragma("pack(1)") defined #define #if #endif #else #include \\u1234 \u00e9 \u{1F600} \0 asm( ({ })';

/** Source made of the seeds and stray pieces, with parts cut out, doubled and moved. */
const source = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...SEEDS) },
      { weight: 3, arbitrary: fc.constantFrom(...FRAGMENTS.split(" "), "\n", " ") },
      {
        weight: 4,
        arbitrary: fc
          .tuple(fc.constantFrom(...SEEDS), fc.nat(400), fc.nat(60))
          .map(([text, at, length]) => text.slice(at % text.length, (at % text.length) + length)),
      },
      { weight: 1, arbitrary: fc.string({ maxLength: 8 }) },
    ),
    { minLength: 1, maxLength: 12 },
  )
  .map((pieces) => pieces.join(""));

const LIMITS = { expansionTokens: 20_000, pastedChars: 100_000 };

function run(text: string): void {
  const lexed = lexText(text, 0);
  assert.equal(lexed.tokens[lexed.tokens.length - 1]!.kind, "eof");
  let line = 0;
  for (const token of lexed.tokens) {
    assert.ok(token.loc.line >= line && token.loc.col >= 1, "places go forward");
    line = token.loc.line;
  }
  const { tokens, errors } = preprocessText(text, { limits: LIMITS });
  assert.ok(errors.length <= 300);
  for (const token of tokens) assert.ok(token.text !== "" || token.kind === "eof");
  const eager = parse(tokens);
  const lazy = parse(tokens, { lazyBodies: true, unknownTypes: "assume" });
  for (const external of lazy.externals) {
    if (external.kind !== "function") continue;
    assert.ok(external.body.kind === "block" && external.bodyErrors.length <= 60);
  }
  for (const error of eager.errors) assert.ok(error.message.length > 0 && error.message.length < 400);
  const lines = text.split("\n").length;
  for (const item of outline(text))
    assert.ok(item.startLine >= 1 && item.startLine <= item.endLine && item.endLine <= lines);
}

test("front end: mutated input never throws", () => {
  fc.assert(fc.property(source, run), {
    seed: 20240607,
    numRuns: 2500,
    interruptAfterTimeLimit: 5000,
    endOnFailure: true,
  });
});

test("front end: every prefix and every suffix of good input", () => {
  const text = SEEDS.join("");
  for (let at = 0; at < text.length; at += 3) {
    run(text.slice(0, at));
    run(text.slice(at));
  }
});

test("front end: the same input gives the same output", () => {
  const text = SEEDS.join("");
  const once = () => {
    const { tokens, errors } = preprocessText(text);
    return JSON.stringify([tokens, errors, parse(tokens).errors]);
  };
  assert.equal(once(), once());
});
