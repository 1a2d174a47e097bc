// The lines in front of a file's hunks: `diff --git`, extended headers, `---`/`+++`, binary patches. Names are read as
// `git apply` reads them (quoted octal names, spaces, timestamps, /dev/null, renames).

import type { DiffFile } from "../mail/types.ts";

/** Top directories of a kernel tree: a path that starts with one has no `a/` prefix to drop. */
const KERNEL_TOP =
  /^(?:Documentation|LICENSES|arch|block|certs|crypto|drivers|fs|include|init|io_uring|ipc|kernel|lib|mm|net|rust|samples|scripts|security|sound|tools|usr|virt)\//;

/** A file with nothing known yet. */
export function emptyFile(docLine: number): DiffFile {
  return {
    path: "",
    oldPath: "",
    status: "modified",
    added: 0,
    removed: 0,
    oldBlob: null,
    newBlob: null,
    oldMode: null,
    newMode: null,
    docLine,
    combined: false,
    hunks: [],
  };
}

/** What the header lines said, before the names are settled. */
export interface HeaderFacts {
  git: string | null;
  minus: string | null;
  plus: string | null;
  renameFrom: string | null;
  renameTo: string | null;
  copyFrom: string | null;
  copyTo: string | null;
  created: boolean;
  deleted: boolean;
  binary: boolean;
}

/** Nothing said yet. */
export function noFacts(): HeaderFacts {
  return {
    git: null,
    minus: null,
    plus: null,
    renameFrom: null,
    renameTo: null,
    copyFrom: null,
    copyTo: null,
    created: false,
    deleted: false,
    binary: false,
  };
}

/** Reads one extended header line; false when it is none. */
export function readExtendedHeader(line: string, file: DiffFile, facts: HeaderFacts): boolean {
  switch (line.charCodeAt(0)) {
    case 105: {
      const match = /^index ([0-9a-f]{4,64})(?:,[0-9a-f]+)*\.\.([0-9a-f]{4,64})(?: ([0-7]{6}))?\s*$/.exec(
        line,
      );
      if (!match) return false;
      file.oldBlob = match[1]!;
      file.newBlob = match[2]!;
      if (match[3]) file.oldMode = file.newMode = match[3];
      return true;
    }
    case 110: {
      const match = /^new (file )?mode ([0-7]{3,6})\s*$/.exec(line);
      if (!match) return false;
      if (match[1]) facts.created = true;
      file.newMode = match[2]!;
      return true;
    }
    case 111: {
      const match = /^old mode ([0-7]{3,6})\s*$/.exec(line);
      if (match) file.oldMode = match[1]!;
      return match !== null;
    }
    case 100: {
      const match = /^deleted file mode ([0-7]{3,6})\s*$/.exec(line);
      if (match) {
        facts.deleted = true;
        file.oldMode = match[1]!;
        return true;
      }
      return /^dissimilarity index \d/.test(line);
    }
    case 115:
      return /^similarity index \d/.test(line);
    case 114: {
      const match = /^rename (from|to|old|new) (.+)$/.exec(line);
      if (!match) return false;
      if (match[1] === "from" || match[1] === "old") facts.renameFrom = unquoteName(match[2]!);
      else facts.renameTo = unquoteName(match[2]!);
      return true;
    }
    case 99: {
      const match = /^copy (from|to) (.+)$/.exec(line);
      if (!match) return false;
      if (match[1] === "from") facts.copyFrom = unquoteName(match[2]!);
      else facts.copyTo = unquoteName(match[2]!);
      return true;
    }
    default:
      return false;
  }
}

/** C-style quoting as git prints it: octal bytes are UTF-8. */
export function unquoteName(text: string): string {
  const name = text.trimEnd();
  if (name[0] !== '"') return name;
  const bytes: number[] = [];
  for (let i = 1; i < name.length; i++) {
    const c = name[i]!;
    if (c === '"') break;
    if (c !== "\\") {
      for (const b of Buffer.from(c, "utf8")) bytes.push(b);
      continue;
    }
    const octal = /^[0-3]?[0-7]{1,2}/.exec(name.slice(i + 1, i + 4));
    if (octal) {
      bytes.push(Number.parseInt(octal[0], 8) & 255);
      i += octal[0].length;
      continue;
    }
    const escaped = name[++i] ?? "";
    const known: Record<string, number> = { n: 10, t: 9, r: 13, a: 7, b: 8, f: 12, v: 11 };
    bytes.push(known[escaped] ?? escaped.charCodeAt(0));
  }
  return Buffer.from(bytes).toString("utf8");
}

/** Characters of the longest time or revision behind a name. */
const STAMP_MAX = 80;

/** The name on a `---` or `+++` line: up to a tab or a timestamp. */
export function sideName(rest: string): { name: string; epoch: boolean } {
  const text = rest.trimEnd();
  if (text[0] === '"') return { name: unquoteName(text), epoch: false };
  const tab = text.indexOf("\t");
  let name = tab >= 0 ? text.slice(0, tab) : text;
  let stamp = tab >= 0 ? text.slice(tab + 1) : "";
  const dated =
    /\s+(\d{4}-\d\d-\d\d[ T]\d\d:\d\d.*|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} .*\d{4}|\(revision \d+\)|\(working copy\))$/.exec(
      // A stamp is short: the end of a long name is looked at, so that blanks in it cost nothing.
      name.slice(-STAMP_MAX),
    );
  if (dated) {
    stamp = dated[1]!;
    name = name.slice(0, Math.max(0, name.length - STAMP_MAX) + dated.index);
  }
  return { name: name.trimEnd(), epoch: /^1970-01-01|^1969-12-31/.test(stamp) };
}

/** `a/fs/dax.c` -> `fs/dax.c`; also `linux-6.1.orig/fs/dax.c`. A name without prefix stays whole. */
export function stripPrefix(name: string, git: boolean): string {
  if (name === "/dev/null" || name === "") return name;
  const slash = name.indexOf("/");
  if (slash < 0) return name;
  if (/^(?:a|b|i|w|c|o|1|2)$/.test(name.slice(0, slash))) return name.slice(slash + 1).replace(/^\/+/, "");
  if (KERNEL_TOP.test(name)) return name;
  if (git) return name.slice(slash + 1);
  // "./fs/dax.c", "linux.orig/fs/dax.c", "/home/me/linux/fs/dax.c"
  const inTree =
    /^(?:\.{0,2}\/|[^/]+\/|\/(?:[^/]+\/){1,6}?)(?=(?:Documentation|arch|block|certs|crypto|drivers|fs|include|init|io_uring|ipc|kernel|lib|mm|net|rust|samples|scripts|security|sound|tools|usr|virt)\/)/.exec(
      name,
    );
  if (inTree) return name.slice(inTree[0].length);
  return name.slice(slash + 1);
}

/** The two names on a `diff --git` line. Unquoted names with spaces are split where both halves agree. */
export function gitNames(rest: string): [string, string] {
  const text = rest.trimEnd();
  if (text[0] === '"') {
    const close = /^"(?:[^"\\]|\\.)*"/.exec(text);
    if (close) return [unquoteName(close[0]), unquoteName(text.slice(close[0].length).trim())];
  }
  const quoted = text.indexOf(' "');
  if (quoted > 0) return [text.slice(0, quoted), unquoteName(text.slice(quoted + 1))];
  const first = text.indexOf(" ");
  if (first >= 0 && text.indexOf(" ", first + 1) < 0) return [text.slice(0, first), text.slice(first + 1)];
  for (let at = first; at >= 0 && at < 4000; at = text.indexOf(" ", at + 1)) {
    const left = text.slice(0, at);
    const right = text.slice(at + 1);
    if (left.length === right.length && stripPrefix(left, true) === stripPrefix(right, true))
      return [left, right];
  }
  const split = text.indexOf(" b/");
  if (split > 0) return [text.slice(0, split), text.slice(split + 1)];
  return first < 0 ? [text, text] : [text.slice(0, first), text.slice(first + 1)];
}

/** Settles path, old path and status from what the header said. */
export function settleNames(file: DiffFile, facts: HeaderFacts): void {
  const git = facts.git !== null;
  let [oldName, newName] = git ? gitNames(facts.git!) : ["", ""];
  oldName = stripPrefix(oldName, git);
  newName = stripPrefix(newName, git);
  if (facts.minus !== null) {
    const { name, epoch } = sideName(facts.minus);
    if (name === "/dev/null" || (epoch && !git)) facts.created = true;
    if (name !== "/dev/null") oldName = stripPrefix(name, git);
  }
  if (facts.plus !== null) {
    const { name, epoch } = sideName(facts.plus);
    if (name === "/dev/null" || (epoch && !git)) facts.deleted = true;
    if (name !== "/dev/null") newName = stripPrefix(name, git);
  }
  if (!git) {
    if (facts.created) oldName = newName;
    else if (facts.deleted) newName = oldName;
    else if (oldName !== newName) oldName = newName = plainName(oldName, newName);
  }
  oldName = facts.renameFrom ?? facts.copyFrom ?? oldName;
  newName = facts.renameTo ?? facts.copyTo ?? newName;
  file.oldPath = oldName || newName;
  file.path = newName || oldName;
  if (file.oldBlob && /^0+$/.test(file.oldBlob)) facts.created = true;
  if (file.newBlob && /^0+$/.test(file.newBlob)) facts.deleted = true;
  if (facts.binary) file.status = "binary";
  else if (facts.created) file.status = "added";
  else if (facts.deleted) file.status = "deleted";
  else if (facts.renameFrom !== null || facts.renameTo !== null) file.status = "renamed";
  else if (facts.copyFrom !== null || facts.copyTo !== null) file.status = "copied";
  if (file.status === "deleted") file.path = file.oldPath;
}

/** A plain diff is no rename. As git: the new name, unless it is the old one with something appended (`x.c.new`). */
function plainName(oldName: string, newName: string): string {
  return oldName !== "" && newName.startsWith(oldName) ? oldName : newName;
}
