// Tokens and literals: spelling, places, values and types.
import assert from "node:assert/strict";
import { test } from "node:test";
import { lexText } from "../../emulator/c/lexer.ts";
import { literalUnits, literalWidth, parseChar, parseNumber } from "../../emulator/c/literals.ts";

function texts(source: string): string {
  return lexText(source, 0)
    .tokens.filter((token) => token.kind !== "eof")
    .map((token) => token.text)
    .join(" ");
}

function kinds(source: string): string {
  return lexText(source, 0)
    .tokens.filter((token) => token.kind !== "eof")
    .map((token) => `${token.kind}:${token.text}`)
    .join(" ");
}

function places(source: string): string {
  return lexText(source, 0)
    .tokens.filter((token) => token.kind !== "eof")
    .map((t) => `${t.text}@${t.loc.line}:${t.loc.col}${t.bol ? "^" : ""}${t.space ? "_" : ""}`)
    .join(" ");
}

test("lexer: tokens", () => {
  const table: [source: string, expected: string][] = [
    ["a+++++b", "a ++ ++ + b"],
    ["x<<=1>>=y", "x <<= 1 >>= y"],
    ["a->b...c..d", "a -> b ... c . . d"],
    ["<:%:%:%:<%%>:>", "[ ## # { } ]"],
    ["1.e+5f 0x1p-3 .5 1..2 0xe+1", "1.e+5f 0x1p-3 .5 1..2 0xe+1"],
    ["a/*x*/b//c\nd", "a b d"],
    ["a/ b", "a / b"],
    ["$a b$1 _c", "$a b$1 _c"],
    ["caf\u00e9 \\u00e9t\\u00e9", "caf\u00e9 \u00e9t\u00e9"],
    ["a\\\nb c\\  \nd", "ab cd"],
    ['"a\\"b" \'\\\'\' "a\\\nb"', '"a\\"b" \'\\\'\' "ab"'],
    ["#define X ## y", "# define X ## y"],
    ["/* unterminated", ""],
    ["a \\ b @ `", "a \\ b @ `"],
    ["??=", "? ? ="],
    ["\ufeffint", "int"],
  ];
  for (const [source, expected] of table) assert.equal(texts(source), expected, source);
});

test("lexer: kinds", () => {
  const table: [source: string, expected: string][] = [
    [
      `L"a" u8"b" u'c' U"d" R"e" u8'f'`,
      `string:L"a" string:u8"b" char:u'c' string:U"d" ident:R string:"e" ident:u8 char:'f'`,
    ],
    ["#include <a/b.h>\n<c>", "punct:# ident:include header:<a/b.h> punct:< ident:c punct:>"],
    ['#include "a\\b"', 'punct:# ident:include string:"a\\b"'],
    ["x #include <y>", "ident:x punct:# ident:include punct:< ident:y punct:>"],
    ["don't\nx", "ident:don other:'t ident:x"],
    ['"abc\nx', 'other:"abc ident:x'],
    ["1a 0b11 .1.1", "number:1a number:0b11 number:.1.1"],
  ];
  for (const [source, expected] of table) assert.equal(kinds(source), expected, source);
});

test("lexer: places", () => {
  assert.equal(places("a b\n  c\n\nd"), "a@1:1^ b@1:3_ c@2:3^_ d@4:1^");
  assert.equal(places("a\\\n  b\nc"), "a@1:1^ b@2:3_ c@3:1^");
  assert.equal(places("ab\\\ncd ef\ng"), "abcd@1:1^ ef@2:4_ g@3:1^");
  assert.equal(places("/* x\n y */ a\nb"), "a@2:7^_ b@3:1^");
  assert.equal(places("a // x \\\n y\nb"), "a@1:1^ b@3:1^");
  assert.equal(places("\\\n\\\na"), "a@3:1^");
  assert.equal(places("a\r\nb\r\n"), "a@1:1^ b@2:1^");
});

test("lexer: an unterminated comment is reported where it begins", () => {
  const { errors } = lexText("a\n  /* b\nc", 0);
  assert.deepEqual(
    errors.map((e) => [e.loc.line, e.loc.col, e.message]),
    [[2, 3, "unterminated comment"]],
  );
});

test("literals: numbers", () => {
  const table: [text: string, expected: string | null][] = [
    ["0", "0 int"],
    ["2147483647", "2147483647 int"],
    ["2147483648", "2147483648 long"],
    ["0x7fffffff", "2147483647 int"],
    ["0x80000000", "2147483648 unsigned int"],
    ["0xffffffff", "4294967295 unsigned int"],
    ["0x100000000", "4294967296 long"],
    ["0xffffffffffffffff", "18446744073709551615 unsigned long"],
    ["037777777777", "4294967295 unsigned int"],
    ["0b101", "5 int"],
    ["1u", "1 unsigned int"],
    ["4294967296u", "4294967296 unsigned long"],
    ["1l", "1 long"],
    ["1ul", "1 unsigned long"],
    ["1LU", "1 unsigned long"],
    ["1ll", "1 long long"],
    ["1uLL", "1 unsigned long long"],
    ["1LLu", "1 unsigned long long"],
    ["0xffffffffffffffffll", "18446744073709551615 unsigned long long"],
    ["1lL", null],
    ["1uu", null],
    ["08", null],
    ["0x", null],
    ["0b2", null],
    ["1.0", "1 double"],
    ["1e3", "1000 double"],
    ["1.5f", "1.5 float"],
    ["0.1f", `${Math.fround(0.1)} float`],
    ["1.L", "1 long double"],
    [".5e-1", "0.05 double"],
    ["0x1.8p1", "3 double"],
    ["0x.8p0f", "0.5 float"],
    ["0x1p-1074", "5e-324 double"],
    ["0x1p-1075", "0 double"],
    ["0x1.00000000000008p0", "1 double"],
    ["0x1.000000000000081p0", "1.0000000000000002 double"],
    ["0x1.fffffffffffff8p1023", "Infinity double"],
    ["0x1.8", null],
    ["1.0x", null],
    ["1e", null],
    ["1.0i", "1 double i"],
    ["2i", "2 double i"],
    ["08.5", "8.5 double"],
    ["1.5F64", "1.5 double"],
    ["1..2", null],
  ];
  for (const [text, expected] of table) {
    const number = parseNumber(text);
    const shown =
      number === null
        ? null
        : `${number.value} ${number.type}${number.kind === "float" && number.imaginary ? " i" : ""}`;
    assert.equal(shown, expected, text);
  }
  assert.match(parseNumber("0x10000000000000000")?.problem ?? "", /too large/);
});

test("literals: characters and strings", () => {
  const chars: [text: string, value: bigint, type: string][] = [
    ["'a'", 97n, "int"],
    ["'\\0'", 0n, "int"],
    ["'\\xff'", -1n, "int"],
    ["'\\377'", -1n, "int"],
    ["'ab'", 24930n, "int"],
    ["'\\n'", 10n, "int"],
    ["'\\e'", 27n, "int"],
    ["L'\\xffffffff'", -1n, "wchar"],
    ["u'\u00e9'", 233n, "u16"],
    ["U'\\U0001F600'", 0x1f600n, "u32"],
    ["'\u00e9'", 50089n, "int"],
  ];
  for (const [text, value, type] of chars) {
    const char = parseChar(text);
    assert.deepEqual([char.value, char.type], [value, type], text);
  }
  const strings: [text: string, units: number[]][] = [
    ['"a\\x41\\101\\1018"', [97, 65, 65, 65, 56]],
    ['"\u20ac"', [0xe2, 0x82, 0xac]],
    ['"\\u20ac"', [0xe2, 0x82, 0xac]],
    ['u"\\U0001F600"', [0xd83d, 0xde00]],
    ['U"\\U0001F600"', [0x1f600]],
    ['L"\u{1F600}"', [0x1f600]],
    ['u8"\u00e9"', [0xc3, 0xa9]],
    ['"\\?\\q"', [63, 113]],
    ['""', []],
  ];
  for (const [text, units] of strings)
    assert.deepEqual(literalUnits(text, literalWidth(text)).units, units, text);
});
