/** Which shared headers a file's names may come from: those it includes, and those these include. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { includesIn, ReachedHeaders } from "../../server/source/reached_headers.ts";

const files: Record<string, string> = {
  "include/linux/lamp.h": "#include <linux/types.h>\n#  include <asm/lamp.h>\n",
  "include/linux/types.h": "#include <uapi/linux/types.h>\n",
  "include/uapi/linux/types.h": "#include <asm/types.h>\n",
  "include/uapi/asm-generic/types.h": '#include "int-ll64.h"\n',
  "include/uapi/asm-generic/int-ll64.h": "typedef unsigned char __u8;\n#include <linux/lamp.h>\n",
  "arch/x86/include/asm/lamp.h": "",
  "include/sound/wave.h": "#define control_port base + 3\n",
};

/** What a file includes, by its text. */
const includes = (read: (path: string) => string | null) => (path: string) => {
  const text = read(path);
  return text === null ? null : includesIn(text);
};

test("includes are followed, asm to the machine's and the generic ones, a circle ends", () => {
  const reached = new ReachedHeaders(includes((p) => files[p] ?? null));
  reached.add(["linux/lamp.h", "linux/gone.h"]);
  assert.deepEqual([...reached.paths].sort(), [
    "arch/x86/include/asm/lamp.h",
    "include/linux/lamp.h",
    "include/linux/types.h",
    "include/uapi/asm-generic/int-ll64.h",
    "include/uapi/asm-generic/types.h",
    "include/uapi/linux/types.h",
  ]);
});

test("nothing outside the tree is asked for", () => {
  const asked: string[] = [];
  const reached = new ReachedHeaders((p) => {
    asked.push(p);
    return null;
  });
  reached.add(["../../etc/passwd"]);
  assert.deepEqual(
    asked.filter((p) => p.startsWith("..") || p.startsWith("/")),
    [],
  );
  assert.deepEqual(includesIn('#include "a.h"\n# include <b/c.h>\n// #include <d.h>\n'), ["a.h", "b/c.h"]);
});

test("names that are added later lead to what they lead to with the others, and nothing is asked for twice", () => {
  const asked: string[] = [];
  const read = (p: string): string | null => {
    asked.push(p);
    return files[p] ?? null;
  };
  const at = new ReachedHeaders(includes(read));
  at.add(["linux/types.h"]);
  assert.equal(at.paths.has("include/linux/lamp.h"), true);
  assert.equal(at.paths.has("include/sound/wave.h"), false);
  at.add(["linux/types.h", "sound/wave.h"]);
  const all = new ReachedHeaders(includes((p) => files[p] ?? null));
  all.add(["linux/types.h", "sound/wave.h"]);
  assert.deepEqual([...at.paths].sort(), [...all.paths].sort());
  assert.equal(new Set(asked).size, asked.length);
});

test("what another kind of machine includes is not reached", () => {
  const text = `
#ifdef CONFIG_X86_32
#include <asm/narrow.h>
#else
#include <asm/wide.h>
#endif
#if CONFIG_PGTABLE_LEVELS > 2
#ifdef CONFIG_OTHER
#include <asm/other.h>
#else
#include <asm/not_other.h>
#endif
#elif CONFIG_PGTABLE_LEVELS > 1
#include <asm/two.h>
#else	/* one */
#include <asm/one.h>
#endif
#if !defined(CONFIG_64BIT)
#include <asm/half.h>
#elif defined(CONFIG_X86_64) /* and not less */
#include <asm/whole.h>
#endif
#if defined(CONFIG_X86_32) || defined(CONFIG_OTHER)
#include <asm/either.h>
#endif
`;
  const wanted = ["asm/wide.h", "asm/other.h", "asm/not_other.h", "asm/whole.h", "asm/either.h"];
  assert.deepEqual(includesIn(text), wanted);
});
