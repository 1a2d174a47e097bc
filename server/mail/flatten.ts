// Text whose line breaks were lost: in a quoted mail the quote markers are then the only line breaks left. They are put
// back, and the hunk lines with them; white space inside the lines stays lost.

export interface Unflattened {
  lines: string[];
  /** 0-based input line of each restored line. */
  raw: number[];
}

/** True when the text is quoted mail on one line, or on very few. */
export function isFlattened(lines: string[]): boolean {
  return lines.length <= 12 && lines.some(isFlatLine);
}

/** Many markers in one line, at the distance of lines; a diff among them makes fewer do. */
function isFlatLine(line: string): boolean {
  if (line.length < 120) return false;
  const markers = line.match(/(?:^| )>(?= )/g)?.length ?? 0;
  const diff = / > (?:@@ -\d+(?:,\d+)? \+\d|\+\+\+ b\/)/.test(line);
  return (diff ? markers >= 5 : line.length > 400 && markers >= 8) && averageGap(line) < 200;
}

function averageGap(line: string): number {
  return line.length / Math.max(1, line.match(/ >(?= )/g)?.length ?? 1);
}

/** Restores the lines of flattened text. The text itself is not changed, only broken. */
export function unflatten(lines: string[]): Unflattened {
  const out: string[] = [];
  const raw: number[] = [];
  lines.forEach((line, index) => {
    for (const piece of line.length > 400 || isFlatLine(line) ? breakLine(line) : [line]) {
      out.push(piece);
      raw.push(index);
    }
  });
  return { lines: out, raw };
}

function breakLine(line: string): string[] {
  // Every run of markers ends one line and begins the next: "text > > more" -> "text", "> > more".
  const out: string[] = [];
  const pattern = /(^| )((?:> ?)*>)(?= |$)/g;
  const runs: { at: number; end: number; count: number; shift: boolean }[] = [];
  const matches = [...line.matchAll(pattern)];
  // Where markers are parted by spaces, ">>" is a shift.
  const spaced = matches.filter((m) => m[2]!.includes("> >")).length;
  const dense = matches.filter((m) => m[2]!.includes(">>")).length;
  for (const match of matches) {
    if (spaced > dense && match[2] === ">>") continue;
    runs.push({
      at: match.index,
      end: match.index + match[0].length,
      count: match[2]!.replace(/ /g, "").length,
      shift: match[2] === ">>",
    });
  }
  const first = runs.length ? line.slice(0, runs[0]!.at) : line;
  pushText(out, first, 0);
  const texts = runs.map((run, k) =>
    line.slice(run.end, k + 1 < runs.length ? runs[k + 1]!.at : line.length).replace(/^ /, ""),
  );
  let depth = 0;
  for (let k = 0; k < runs.length; k++) {
    const count = runs[k]!.count;
    const last = out[out.length - 1] ?? "";
    if ((count === depth || runs[k]!.shift) && isCutInside(last, texts[k]!)) {
      out[out.length - 1] = `${last} ${">".repeat(count)} ${texts[k]!.trimEnd()}`;
      continue;
    }
    const told = toldDepth(runs, texts, k);
    depth = told > 0 ? placeHead(out, count, told, texts[k]!) : splitRun(out, count, depth, texts[k]!);
  }
  return out;
}

/** Lines that stand directly below others of the same diff: no blank line is before them, so the markers are the depth. */
const INNER_HEAD =
  /^(?:index [0-9a-f]{7,}\.\.|--- (?:"?a\/|\/dev\/null)|\+\+\+ (?:"?b\/|\/dev\/null)|(?:new|deleted) file mode|(?:old|new) mode|similarity index|rename (?:from|to))/;

/** The depth that a line of a diff's head tells; 0 when it tells none. */
function toldDepth(runs: { count: number }[], texts: string[], k: number): number {
  const text = texts[k]!;
  if (INNER_HEAD.test(text)) return runs[k]!.count;
  if (text.startsWith("diff --git ")) {
    const next = runs[k + 1];
    return next && INNER_HEAD.test(texts[k + 1]!) && runs[k]!.count >= next.count ? next.count : 0;
  }
  if (!/^@@ -\d/.test(text)) return 0;
  if (k > 0 && texts[k - 1]!.startsWith("+++ ")) return runs[k - 1]!.count;
  // Most lines of a hunk have just the markers of its depth.
  const votes = new Map<number, number>();
  for (let n = k + 1; n < Math.min(runs.length, k + 9) && !/^(?:@@ -\d|diff --git )/.test(texts[n]!); n++)
    votes.set(runs[n]!.count, (votes.get(runs[n]!.count) ?? 0) + 1);
  let best = 0;
  for (const [count, n] of votes) if (count <= runs[k]!.count && n > (votes.get(best) ?? 1)) best = count;
  return best;
}

/** A line of a diff's head at the depth it tells; markers left over are blank lines above it. */
function placeHead(out: string[], count: number, depth: number, text: string): number {
  const above = Math.min(200, Math.floor(count / depth) - 1);
  for (let b = 0; b < above; b++) out.push("> ".repeat(depth).trimEnd());
  pushText(out, text, depth, "> ".repeat(depth));
  return depth;
}

/**
 * A run of n markers at depth d is n/d lines, all but the last of them blank; what is left over tells of a change of
 * depth. Behind an attribution ("X wrote:") the depth rises by one.
 */
function splitRun(out: string[], count: number, depth: number, text: string): number {
  const last = out[out.length - 1] ?? "";
  if (
    count < depth &&
    /^(?:> ?)+[+-]/.test(last) &&
    text !== "" &&
    !isRemark(text, depth, last) &&
    !/^<[^>]{0,8}>/.test(text)
  ) {
    // "a > b" inside a line of code: no marker at all.
    out[out.length - 1] = `${last} ${">".repeat(count)} ${text.trimEnd()}`;
    return depth;
  }
  const rises = /(?:wrote|writes|schrieb):\s*$/.test(last);
  const base = depth === 0 ? 1 : rises ? depth + 1 : depth;
  let now = base;
  let blanks = 0;
  if (rises && count >= base) {
    // "wrote: > > > > Background:" may hold blank lines of the new depth.
    blanks = count % base === 0 ? count / base - 1 : 0;
    now = count % base === 0 ? base : Math.min(count, base);
  } else if (count > base && /^(?:@@ -\d|diff --git |[+-])/.test(text)) {
    // A hunk that starts or goes on: the markers are its depth, not blank lines before it.
    const quoted = diffDepth(out);
    now = quoted > 0 && count % quoted === 0 ? quoted : quoted > base || text.startsWith("@@") ? count : base;
    blanks = now === count ? 0 : Math.floor(count / now) - 1;
  } else if (count % base === 0) {
    blanks = count / base - 1;
    // Two markers at depth one are a blank line and a line, or a line of depth two; prose stays where it is.
    if (blanks === 1 && base >= 2 && isRemark(text, base, last)) {
      now = base;
    }
  } else if (count < base) now = count;
  else {
    blanks = Math.floor(count / base) - 1;
    const rest = count - (blanks + 1) * base;
    // Left over markers: blank lines of a shallower depth before a remark.
    for (let b = 0; b <= Math.min(blanks, 200); b++) out.push(`${"> ".repeat(base).trimEnd()}`);
    now = rest;
    blanks = 0;
  }
  if (count === base && base >= 2 && isRemark(text, base, last)) {
    // A blank line and a remark one level up look like one deeper line: "> > I think".
    out.push(`${"> ".repeat(base - 1).trimEnd()}`);
    now = base - 1;
    blanks = 0;
  }
  for (let b = 0; b < Math.min(blanks, 200); b++) out.push("> ".repeat(now).trimEnd());
  const marker = now > 0 ? "> ".repeat(now) : "";
  pushText(out, text, now, marker);
  return now;
}

/**
 * "if (a > b)" in a line of code: the line so far has an open parenthesis and ends in an operand, where C lines are broken
 * behind commas and operators, and what follows has no sign of a diff line.
 */
function isCutInside(last: string, text: string): boolean {
  if (last.length > 400 || !/^[\w(*&!~]/.test(text)) return false;
  const code = last.replace(/^(?:> ?)+/, "");
  if (!/[\w)\]]$/.test(code) || /^[+-]? ?(?:\*|\/[*/]|@@)/.test(code)) return false;
  // Two operands side by side are no C; between them stood an operator.
  if (/^[+-]? ?(?:return\b|[\w.>-]+ [-+|&]?= )/.test(code)) return /;$/.test(text.trimEnd());
  let open = 0;
  for (const c of code) open += c === "(" ? 1 : c === ")" ? -1 : 0;
  return open > 0 && /^[^(]*\)|[)]\s*[{;]?$/.test(text);
}

/** Depth of the last line that looks like one of a diff; 0 when there is none nearby. */
function diffDepth(out: string[]): number {
  for (let k = out.length - 1; k >= Math.max(0, out.length - 40); k--) {
    const match = /^((?:> ?)+)(?:[+-]|@@|diff --git )/.exec(out[k]!);
    if (match) return match[1]!.replace(/ /g, "").length;
  }
  return 0;
}

/** Prose directly behind a line of a diff is a remark on it, one level up. */
function isRemark(text: string, depth: number, last: string): boolean {
  const before = last.replace(/^(?:> ?)+/, "");
  if (!/^[+-]/.test(before) || depth < 2) return false;
  return /^[A-Z][A-Za-z']*(?: [A-Za-z'(*_,-]+){3,}/.test(text) && !/[;{}]$/.test(text.trim());
}

function pushText(out: string[], text: string, depth: number, marker = ""): void {
  const trimmed = text.trimEnd();
  if (depth === 0 && trimmed === "") return;
  // "<>" stands where the quoting person cut something; a hunk header that follows begins a line.
  const cut = depth > 0 ? trimmed.search(/@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@/) : -1;
  const before = cut > 0 ? trimmed.slice(0, cut).trimEnd() : "";
  if (before !== "") {
    out.push(marker + before);
    out.push(marker + trimmed.slice(cut));
    return;
  }
  out.push((marker + trimmed).trimEnd());
}
