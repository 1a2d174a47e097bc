/**
 * Mutated fixtures through preprocessor, parser, lowering and machine: each ends in a result or a typed error, never in a
 * JavaScript exception. Fixed seed, bounded. FOLIOSCOPE_FUZZ=N makes N tries.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { runProgram } from "../../emulator/hosted/run_program.ts";
import { loadExecFixtures } from "../support/exec_fixtures.ts";

const texts = loadExecFixtures(process.env["FOLIOSCOPE_ROOT"]!).map((f) => f.text);
const TRIES = Number(process.env["FOLIOSCOPE_FUZZ"] ?? 400);

/** Tokens that put weight on the corners of the language. */
const SPICE =
  "( ) { } [ ] ; , . ... -> * & # ## \\ \" ' 0 -1 0xffffffffffffffff 1e999 int long struct union enum typedef static extern sizeof typeof _Generic goto return case default switch while for if else : ? = == += << >> ++ -- void const volatile __attribute__((packed)) __builtin_va_arg __builtin_offsetof _Static_assert ({ }) &&x *&*& #define #if #else #endif #include __int128 _Complex __real__ __imag__ 1.0i __label__ auto __builtin_alloca(8) __attribute__((vector_size(16))) __attribute__((weak)) __attribute__((transparent_union)) int/**/f(int/**/a){return/**/a;} int[ (int) a.b \n /* */ // \u0000 \u00ff".split(
    " ",
  );

type Mutation = {
  readonly kind: number;
  readonly at: number;
  readonly length: number;
  readonly pick: number;
};

const mutation = fc.record({
  kind: fc.nat(5),
  at: fc.nat(100_000),
  length: fc.nat(60),
  pick: fc.nat(100_000),
});

function mutate(text: string, m: Mutation): string {
  const at = m.at % (text.length + 1);
  const head = text.slice(0, at);
  const tail = text.slice(at);
  switch (m.kind) {
    case 0:
      return head + tail.slice(m.length);
    case 1:
      return `${head} ${SPICE[m.pick % SPICE.length]} ${tail}`;
    case 2:
      return head + tail.slice(0, m.length) + tail;
    case 3: {
      const other = texts[m.pick % texts.length]!;
      const from = m.pick % (other.length + 1);
      return head + other.slice(from, from + m.length * 3) + tail;
    }
    case 4: {
      // Swaps two words.
      const words = text.split(/\b/);
      const a = m.at % words.length;
      const b = m.pick % words.length;
      [words[a], words[b]] = [words[b]!, words[a]!];
      return words.join("");
    }
    default:
      return head + String.fromCharCode(m.pick % 256) + tail.slice(1);
  }
}

test("mutated programs end in a result or a typed error", () => {
  fc.assert(
    fc.property(fc.nat(100_000), fc.array(mutation, { minLength: 1, maxLength: 4 }), (pick, mutations) => {
      const text = mutations.reduce(mutate, texts[pick % texts.length]!);
      const result = runProgram({ path: "fuzz.c", text }, { steps: 100_000, memory: 8, output: 1 });
      assert.ok(result.end !== null || result.errors.length > 0);
      for (const n of result.notes) assert.ok(!n.message.startsWith("internal error"), n.message);
    }),
    { seed: 20_240_601, numRuns: TRIES },
  );
});
