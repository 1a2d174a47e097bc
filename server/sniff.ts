/**
 * A cheap guess whether a text shows a mail or a diff, for documents whose name does not say (`.txt`, untitled). It
 * only decides whether the reader is woken up; the parser has the last word. No imports, so that the client can use it.
 */

/** How much of a document is looked at. A mail page saved from an archive has its first header well within this. */
const SNIFF_CHARS = 256 * 1024;

const MARKS = [
  // A diff, at any quoting depth.
  /^(?:[>|] ?)*diff --(?:git|cc|combined) /m,
  /^(?:[>|] ?)*--- \S.*\r?\n(?:[>|] ?)*\+\+\+ \S/m,
  /^(?:[>|] ?)*@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@/m,
  // A mail about one, or one whose diff is encoded.
  /^Subject: .*\[(?:RFC |RFT )?PATCH/im,
  /^From [0-9a-f]{40} /m,
];

/** Whether `text` looks like a kernel mail or a diff. */
export function looksLikePatch(text: string): boolean {
  const head = text.length > SNIFF_CHARS ? text.slice(0, SNIFF_CHARS) : text;
  return MARKS.some((mark) => mark.test(head));
}
