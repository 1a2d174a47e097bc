/**
 * How a function that returns a pointer says that it failed, read off its definition: by an error pointer, by NULL, or in a way that
 * cannot be told; and whether it may give NULL at all. Leaves out running it, and what callees of it return that its text does not test.
 */
import { blankComments } from "../../emulator/c/comments.ts";

export type FailsBy = "errptr" | "null";

/** Allocators that give NULL when they fail, and nothing else. */
const GIVES_NULL =
  /^(?:devm_)?k?v?[mzc]?m?alloc(?:_array|_node|_noprof)?$|^(?:devm_)?k[mzc]alloc\w{0,12}$|^kmem_cache_z?alloc\w{0,8}$|^(?:devm_)?k(?:mem|str)n?dup$|^kv?[mzc]alloc\w{0,12}$|^vz?alloc\w{0,8}$|^mempool_alloc$/;
/** What is no call that may fail: a place in a thing that is there. */
const NO_CALL = /^(?:&|container_of|list_\w{1,40}entry|rb_entry|netdev_priv|to_\w+\(|\(struct)/;

const spaced = (text: string): string => text.split(/\s/).filter(Boolean).join(" ");

/** The body of a function that a file defines for others, without comments and strings; null where it does not, or more than once. */
export function bodyIn(text: string, name: string, isStatic = false): { head: string; body: string } | null {
  let found: { head: string; body: string } | null = null;
  for (let at = text.indexOf(`${name}(`); at >= 0; at = text.indexOf(`${name}(`, at + 1)) {
    const line = text.lastIndexOf("\n", at) + 1;
    const before = text.slice(line, at);
    if (/^[\s#]/.test(before) || /[=();]/.test(before) || /[\w]$/.test(before)) continue;
    const open = text.indexOf("{", at);
    const stop = text.indexOf(";", at);
    if (open < 0 || (stop >= 0 && stop < open)) continue;
    const end = text.indexOf("\n}", open);
    if (end < 0) continue;
    // The type may stand on the line above.
    const above = text.slice(text.lastIndexOf("\n", line - 2) + 1, line);
    const head =
      /^\w[\w \t*]*$/m.test(above.trim()) && /^[\w *]*$/.test(above.trimEnd()) ? above + before : before;
    if (!head.includes("*") || (!isStatic && /\bstatic\b/.test(head) && !/\binline\b/.test(head)))
      return null;
    if (found !== null) return null;
    found = { head, body: blankComments(text.slice(open + 1, end)) };
  }
  return found;
}

/** How the function says that it failed; null where its text does not tell for sure. */
export function failingBy(text: string, name: string, isStatic = false): FailsBy | null {
  const found = bodyIn(text, name, isStatic);
  return found === null ? null : failsBy(found.body);
}

/** Whether the function says somewhere that it has nothing to give: by NULL, whatever else it may give. */
export function givesNull(text: string, name: string, isStatic = false): boolean {
  const found = bodyIn(text, name, isStatic);
  return found !== null && (/\breturn NULL;/.test(found.body) || failsBy(found.body) === "null");
}

function failsBy(body: string): FailsBy | null {
  const returns = body.split(";").flatMap((statement) => {
    const at = statement.search(/\breturn\b/);
    return at < 0 ? [] : [spaced(statement.slice(at + "return".length))];
  });
  if (returns.length === 0 || /\?/.test(returns.join())) return null;
  let error = false;
  let none = false;
  const variables = new Set<string>();
  for (const r of returns) {
    if (/^ERR_(?:PTR|CAST)\(/.test(r)) error = true;
    else if (r === "NULL") none = true;
    else if (/^\w+$/.test(r)) variables.add(r);
    else if (!NO_CALL.test(r)) return null;
  }
  for (const v of variables) {
    const how = holds(body, v);
    if (how === null) return null;
    error ||= how.error;
    none ||= how.none;
  }
  return error === none ? null : error ? "errptr" : "null";
}

/** What a variable that is returned may hold of a failure; null where that is not known. */
function holds(body: string, v: string): { error: boolean; none: boolean } | null {
  let error = false;
  let none = false;
  let assigned = false;
  for (const m of body.matchAll(new RegExp(`(?<![\\w.>])${v} =(?!=)`, "g"))) {
    const from = m.index + m[0].length;
    const end = body.indexOf(";", from);
    if (end < 0) return null;
    const value = spaced(body.slice(from, end));
    const rest = spaced(body.slice(end + 1, end + 200));
    assigned = true;
    if (/^ERR_(?:PTR|CAST)\(/.test(value)) error = true;
    else if (value === "NULL") {
      // What begins as NULL and is set further on.
      if (new RegExp(`(?<![\\w.>])${v} =(?!=)`).test(body.slice(end))) return null;
      none = true;
    } else if (NO_CALL.test(value)) continue;
    else {
      const callee = /^(\w+)\(/.exec(value)?.[1];
      const test = new RegExp(
        `^if \\((?:unlikely\\()?(!\\s?${v}|${v} == NULL|IS_ERR\\(${v}\\)|IS_ERR_OR_NULL\\(${v}\\))\\)`,
      ).exec(rest)?.[1];
      if (callee === undefined) return null;
      if (test === undefined) {
        if (!GIVES_NULL.test(callee)) return null;
        none = true;
      } else {
        // What is tested goes away where it fails: `return v` behind the test is that failure's.
        const way = rest.slice(rest.indexOf(test) + test.length).replace(/^[) ]{1,3}/, "");
        const block = way.startsWith("{") ? way.slice(1, way.indexOf("}")) : way.slice(0, way.indexOf(";"));
        const stays = spaced(block).replace(/;$/, "") === `return ${v}`;
        const leaves = /\b(?:return|goto)\b/.test(block);
        if (!stays && !leaves) return null;
        if (stays && test.startsWith("IS_ERR(")) error = true;
        else if (stays && !GIVES_NULL.test(callee)) return null;
        else if (stays) none = true;
        // A test of NULL alone lets an error pointer of a callee that is not known pass.
        else if (!GIVES_NULL.test(callee) && !test.startsWith("IS_ERR")) return null;
        else if (!GIVES_NULL.test(callee) && test.startsWith("IS_ERR(")) return null;
      }
    }
  }
  return assigned ? { error, none } : null;
}
