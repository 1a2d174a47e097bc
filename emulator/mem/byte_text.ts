/** Bytes as a text of one char code each ("latin1" is another character set of a browser). Leaves out UTF-8. */

/** Of some bytes. Arguments come from a plain array: from a typed one, or spread, they go through an iterator, eight times as slow. */
export function byteText(bytes: Uint8Array, from = 0, to = bytes.length): string {
  let out = "";
  for (let i = from; i < to; i += 4096) {
    const codes: number[] = [];
    for (let p = i; p < Math.min(to, i + 4096); p++) codes.push(bytes[p]!);
    out += String.fromCharCode.apply(null, codes);
  }
  return out;
}
