/**
 * `npm run contracts:references -- TREE`: writes emulator/contracts/references.yaml: functions of the whole tree whose definition
 * raises, or lowers, a count in what they are given, as pairs by the thing and the member that counts. Leaves out functions that
 * have a contract, and those that do more than that.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sourceFiles } from "./source_files.mjs";

const MOST_LINES = 24;
const RAISES =
  /\b(?:kref_get|refcount_inc|atomic_inc|atomic_long_inc|kobject_get|get_device)\(&(\w+)->([\w.]+)\)/;
const RAISES_UNLESS =
  /\b(?:kref_get_unless_zero|refcount_inc_not_zero|atomic_inc_not_zero|kobject_get_unless_zero)\(&(\w+)->([\w.]+)\)/;
const LOWERS =
  /\b(?:kref_put|kref_put_mutex|kref_put_lock|refcount_dec_and_test|refcount_dec_and_lock|refcount_dec_and_mutex_lock|atomic_dec_and_test|atomic_dec_and_lock|kobject_put|put_device)\(&(\w+)->([\w.]+)\b/;
const GETS = /(?:^|_)(?:get|grab|hold|ref|addref|kref|reference)(?:_|$)/;
const PUTS = /(?:^|_)(?:put|unref|deref|drop|release|rele|unreference|decref)(?:_|$)/;

const root = process.argv[2];
if (root === undefined) {
  console.log("contracts:references: name a kernel tree");
  process.exit(2);
}

const HEAD =
  /^((?:static |inline |__always_inline |extern |const )*)((?:struct|union|enum) \w+ \**|[a-z]\w* \**)(\w+)\(([^(){};]*)\)\s*\n?\{\n/gm;
/** Name to what is known of its definitions; null: more than one, which differ. */
const found = new Map();
for (const path of sourceFiles(root, /\.[ch]$/)) {
  const text = readFileSync(join(root, path), "utf8");
  if (!/_put|_dec_and|put_device|_get\(|_inc|get_device/.test(text)) continue;
  HEAD.lastIndex = 0;
  for (let m = HEAD.exec(text); m !== null; m = HEAD.exec(text)) {
    const [, how, type, name, params] = m;
    if (!GETS.test(name) && !PUTS.test(name)) continue;
    if (path.endsWith(".c") && how.includes("static")) continue;
    const end = text.indexOf("\n}", m.index + m[0].length - 1);
    if (end < 0) continue;
    const body = text
      .slice(m.index + m[0].length, end)
      .split("/*")
      .map((p, i) => (i === 0 ? p : p.slice(p.indexOf("*/") + 2)))
      .join("");
    if (body.split("\n").length > MOST_LINES) continue;
    const list = params.split(",").map((p) => /^\s*(?:const )?struct (\w+)\s*\*\s*(\w+)\s*$/.exec(p));
    const raise = RAISES.exec(body);
    const unless = RAISES_UNLESS.exec(body);
    const lower = LOWERS.exec(body);
    const [count, verb] =
      lower !== null ? [lower, "put"] : unless !== null ? [unless, "try"] : [raise, "get"];
    if (count === null || (verb === "put" ? !PUTS.test(name) || raise !== null : !GETS.test(name))) continue;
    const arg = list.findIndex((p) => p !== null && p[2] === count[1]);
    if (arg < 0) continue;
    // What is told to somebody else besides, or taken from him, is another contract's.
    const returns = body.split(";").flatMap((part) => {
      const at = part.search(/\breturn\b/);
      return at < 0 ? [] : [part.slice(at + "return".length).trim()];
    });
    const e = {
      name,
      path,
      verb,
      arg,
      tag: list[arg][1],
      member: count[2],
      type: type.trim(),
      returns,
      param: list[arg][2],
      body,
    };
    const had = found.get(name);
    if (had === undefined) found.set(name, e);
    else if (
      had === null ||
      had.verb !== e.verb ||
      had.tag !== e.tag ||
      had.member !== e.member ||
      had.arg !== e.arg
    )
      found.set(name, null);
  }
}

/** Things whose references hand-made contracts are about, by whatever name. */
const KNOWN = new Set(
  "page folio buffer_head inode dentry file sk_buff sock bio request mm_struct task_struct device kobject cred pid net super_block module block_device dma_fence kref".split(
    " ",
  ),
);
const contracts = new Set();
const folder = join(import.meta.dirname, "..", "emulator", "contracts");
for (const file of readdirSync(folder))
  if (file.endsWith(".yaml") && file !== "references.yaml")
    for (const [, name] of readFileSync(join(folder, file), "utf8").matchAll(/^ {2}(\w+): /gm))
      contracts.add(name);

const things = new Map();
for (const e of found.values()) {
  if (e === null || KNOWN.has(e.tag) || /^page_ref/.test(e.name)) continue;
  // How it says whether it worked, and whether it returns what it was given.
  const same = e.returns.filter((r) => r === e.param).length;
  const none = e.returns.filter((r) => r === "NULL" || r === "0" || r === "false").length;
  const pointer = e.type.endsWith("*");
  if (e.verb === "get" && (pointer ? same !== e.returns.length || same === 0 : e.type !== "void")) continue;
  if (
    e.verb === "try" &&
    pointer &&
    (same === 0 || same + none !== e.returns.length) &&
    !/^\(?(.+)\)? \? \w+ : NULL$/.test(e.returns[0] ?? "")
  )
    continue;
  if (e.verb === "try" && !pointer && e.type !== "bool" && e.type !== "int") continue;
  if (e.verb === "put" && pointer) continue;
  const key = `${e.tag}.${e.member}`;
  if (!things.has(key)) things.set(key, []);
  things.get(key).push(e);
}
const lines = [];
for (const [key, list] of [...things].sort(([a], [b]) => (a < b ? -1 : 1))) {
  const via = list.every((e) => /\b(?:kobject_put|kobject_get|put_device|get_device)\(/.test(e.body));
  if (via || list.some((e) => contracts.has(e.name))) continue;
  if (!list.some((e) => e.verb === "put") || !list.some((e) => e.verb !== "put")) continue;
  for (const e of list.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const how =
      e.verb === "put"
        ? "put"
        : e.verb === "get"
          ? e.type === "void"
            ? "get"
            : "gives"
          : e.type.endsWith("*")
            ? "null"
            : e.type === "bool"
              ? "false"
              : "zero";
    lines.push(`  ${key} ${how} ${e.name} ${e.arg} ${e.path}`);
  }
}
writeFileSync(
  join(folder, "references.yaml"),
  `# What raises and what lowers the same count in a thing, as the definitions in the whole tree of Linux 6.12 have it: thing and member, how
# (put; get; gives: get, and what was given comes back; null, false, zero: get, unless it says so), name, argument, file.
# Written by \`npm run contracts:references -- TREE\`.
references: |
${lines.join("\n")}
`,
);
console.log(`${lines.length} functions`);
