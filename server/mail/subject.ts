// Subject lines: "[PATCH v2 3/12] mm: frob the knob". The title is cleaned as `git mailinfo` cleans it; tags, revision
// and number are read as b4 reads them.

export interface SubjectInfo {
  title: string;
  tags: string[];
  revision: number;
  number: number;
  total: number;
  isReply: boolean;
  isPatch: boolean;
}

const REVISION = /^v(\d{1,4})(?:\.\d+)?$/i;
const NUMBER = /^(\d{1,4})\/(\d{1,4})$/;

/** Takes a decoded subject apart. A subject without tags is revision 1, number 1 of 1. */
export function parseSubject(raw: string): SubjectInfo {
  const subject = raw.replace(/\s+/g, " ").trim();
  const info: SubjectInfo = {
    title: cleanSubject(subject),
    tags: [],
    revision: 1,
    number: 1,
    total: 1,
    isReply: /^\s*(?:\[[^\]]{0,80}\]\s*)?(?:re|aw|sv|fwd?|antw|回复|答复|RES?)\s*(?:\[\d+\]\s*)?[:：]/i.test(
      subject,
    ),
    isPatch: false,
  };
  let rest = subject;
  for (let turn = 0; turn < 20; turn++) {
    const skip = /^(?:\s+|(?:re|aw|sv|fwd?|antw|回复|答复)\s*(?:\[\d+\]\s*)?[:：]|:)/i.exec(rest);
    if (skip) {
      rest = rest.slice(skip[0].length);
      continue;
    }
    if (rest[0] !== "[") break;
    const end = rest.indexOf("]");
    if (end < 0) break;
    readTags(rest.slice(1, end), info);
    rest = rest.slice(end + 1);
  }
  // A patchwork page writes "[v3,06/25] title": handled above. Some write "PATCH 3/5: title" without brackets.
  const bare =
    /^(?:RFC\s+)?PATCH(?:\s+v(\d{1,4}))?(?:\s+(\d{1,4})\s{0,4}\/\s{0,4}(\d{1,4}))?\s*[:-]\s*/i.exec(rest);
  if (bare) {
    info.isPatch = true;
    if (bare[1]) info.revision = Number(bare[1]);
    if (bare[2]) {
      info.number = Number(bare[2]);
      info.total = Number(bare[3]);
    }
  }
  return info;
}

function readTags(text: string, info: SubjectInfo): void {
  // "PATCHv2", "PATCHv2/3" and "PATCH-next" are met too.
  // "2 / 3" and "2 /3" are one number.
  const words = text
    .replace(/\b(PATCH|RFC)(?=v?\d)/gi, "$1 ")
    .replace(/\b(\d{1,4})\s{0,4}\/\s{0,4}(?=\d{1,4}\b)/g, "$1/")
    .split(/[\s,]+/);
  for (const word of words) {
    if (!word) continue;
    const revision = REVISION.exec(word);
    const number = NUMBER.exec(word);
    if (revision) info.revision = Number(revision[1]);
    else if (number) {
      info.number = Number(number[1]);
      info.total = Number(number[2]);
      info.isPatch = true;
    } else {
      info.tags.push(word);
      if (/^(?:PATCH|RFC|RESEND|RFT)/i.test(word)) info.isPatch = true;
    }
  }
}

/** `cleanup_subject` of git's mailinfo: drops "Re:", colons and every bracketed part at the front. */
export function cleanSubject(subject: string): string {
  let at = 0;
  const end = subject.length;
  while (at < end) {
    const c = subject[at];
    if ((c === "R" || c === "r") && subject[at + 1]?.toLowerCase() === "e" && subject[at + 2] === ":")
      at += 3;
    else if (c === " " || c === "\t" || c === ":") at++;
    else if (c === "[") {
      const close = subject.indexOf("]", at);
      if (close < 0) break;
      at = close + 1;
    } else break;
  }
  return subject.slice(at).replace(/\s+/g, " ").trim();
}
