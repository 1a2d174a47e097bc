// Text whose line breaks were lost: in a quoted mail the quote markers are then the only line breaks left. They are put
// back, and the hunk lines with them; white space inside the lines stays lost.

export interface Unflattened {
  lines: string[];
  /** 0-based input line of each restored line. */
  raw: number[];
}

/** True when the text is quoted mail on one line, or on very few. */
export function isFlattened(lines: string[]): boolean {
  if (lines.length > 12) return false;
  return lines.some(
    (line) => line.length > 400 && (line.match(/(?:^| )>(?= )/g)?.length ?? 0) >= 8 && averageGap(line) < 200,
  );
}

function averageGap(line: string): number {
  return line.length / Math.max(1, line.match(/ >(?= )/g)?.length ?? 1);
}

/** Restores the lines of flattened text. The text itself is not changed, only broken. */
export function unflatten(lines: string[]): Unflattened {
  const out: string[] = [];
  const raw: number[] = [];
  lines.forEach((line, index) => {
    for (const piece of line.length > 400 ? breakLine(line) : [line]) {
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
  const runs: { at: number; end: number; count: number }[] = [];
  for (const match of line.matchAll(pattern)) {
    runs.push({
      at: match.index,
      end: match.index + match[0].length,
      count: match[2]!.replace(/ /g, "").length,
    });
  }
  const first = runs.length ? line.slice(0, runs[0]!.at) : line;
  pushText(out, first, 0);
  let depth = 0;
  for (let k = 0; k < runs.length; k++) {
    const run = runs[k]!;
    const text = line.slice(run.end, k + 1 < runs.length ? runs[k + 1]!.at : line.length).replace(/^ /, "");
    depth = splitRun(out, run.count, depth, text);
  }
  return out;
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
    now = quoted > base || text.startsWith("@@") ? count : base;
    blanks = now === count ? 0 : Math.floor(count / base) - 1;
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

/** Depth of the last line that looks like one of a diff; 0 when there is none nearby. */
function diffDepth(out: string[]): number {
  for (let k = out.length - 1; k >= Math.max(0, out.length - 40); k--) {
    const match = /^((?:> ?)+)(?:[+-]|@@)/.exec(out[k]!);
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
  const cut = /^(.*?\S)?\s*(@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@.*)$/.exec(trimmed);
  if (cut?.[1] && depth > 0) {
    out.push(marker + cut[1]);
    out.push(marker + cut[2]!);
    return;
  }
  out.push((marker + trimmed).trimEnd());
}
