// Bytes to text. What a mail declares is a hint: charsets are misspelt, missing or plainly wrong, so valid UTF-8 wins
// over any declaration except the 7-bit encodings that switch with escapes.

import { isAscii, isUtf8 } from "node:buffer";
import { TextDecoder } from "node:util";

const ALIASES: Record<string, string> = {
  utf8: "utf-8",
  "unicode-1-1-utf-8": "utf-8",
  "utf-8mb4": "utf-8",
  cp936: "gbk",
  "x-gbk": "gbk",
  "gb_2312-80": "gbk",
  cp1252: "windows-1252",
  cp1251: "windows-1251",
  "cp-1252": "windows-1252",
  ibm437: "cp437",
  "cp-437": "cp437",
  ibm850: "cp850",
  "cp-850": "cp850",
  cp932: "shift_jis",
  cp949: "euc-kr",
  "iso-2022-jp-ms": "iso-2022-jp",
  "iso2022-jp": "iso-2022-jp",
  "ansi_x3.4-1968": "us-ascii",
  "646": "us-ascii",
  "iso_8859-1": "iso-8859-1",
  "8859_1": "iso-8859-1",
  "latin-1": "iso-8859-1",
  "latin-9": "iso-8859-15",
};

/** The upper halves of the code pages of DOS, which no decoder here knows; some mailers still declare them. */
const DOS: Record<string, string> = {
  cp437:
    "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0",
  cp850:
    "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u00ad±‗¾¶§÷¸°¨·¹³²■\u00a0",
};

const SWITCHED = /^iso-2022|^hz-gb|^utf-?7$|^utf-?16/;

const decoders = new Map<string, TextDecoder | null>();

function decoderFor(label: string): TextDecoder | null {
  const known = decoders.get(label);
  if (known !== undefined) return known;
  let decoder: TextDecoder | null;
  try {
    decoder = new TextDecoder(label, { ignoreBOM: true });
  } catch {
    decoder = null;
  }
  if (decoders.size < 200) decoders.set(label, decoder);
  return decoder;
}

export interface DecodedText {
  text: string;
  /** The charset that was used, and whether it is another than the declared one. */
  charset: string;
  guessed: boolean;
}

/** Decodes bytes by the declared charset when it can be believed. Never throws. */
export function decodeText(bytes: Uint8Array, declared: string | null): DecodedText {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let label = unquoted((declared ?? "").trim().toLowerCase());
  label = ALIASES[label] ?? label;
  if (SWITCHED.test(label)) {
    if (/^utf-?7$/.test(label))
      return { text: decodeUtf7(buffer.toString("latin1")), charset: "utf-7", guessed: false };
    const decoder = decoderFor(label);
    if (decoder) return { text: decoder.decode(buffer), charset: label, guessed: false };
  }
  if (isAscii(buffer)) return { text: buffer.toString("latin1"), charset: "us-ascii", guessed: false };
  if (isUtf8(buffer))
    return { text: buffer.toString("utf8"), charset: "utf-8", guessed: label !== "utf-8" && label !== "" };
  const dos = DOS[label];
  if (dos) {
    const text = buffer.toString("latin1").replace(/[\x80-\xff]/g, (c) => dos[c.charCodeAt(0) - 128]!);
    return { text, charset: label, guessed: false };
  }
  if (label && label !== "utf-8" && label !== "us-ascii") {
    const decoder = decoderFor(label);
    if (decoder) return { text: decoder.decode(buffer), charset: label, guessed: false };
  }
  if (label === "utf-8") return { text: buffer.toString("utf8"), charset: "utf-8", guessed: false };
  return { text: decoderFor("windows-1252")!.decode(buffer), charset: "windows-1252", guessed: true };
}

function decodeUtf7(text: string): string {
  return text.replace(/\+([A-Za-z0-9+/]*)-?/g, (_, coded: string) => {
    if (!coded) return "+";
    const bytes = Buffer.from(coded, "base64");
    let out = "";
    for (let i = 0; i + 1 < bytes.length; i += 2) out += String.fromCharCode(bytes.readUInt16BE(i));
    return out;
  });
}

/** Without quotes around it, however many. */
function unquoted(text: string): string {
  let first = 0;
  let end = text.length;
  while (first < end && (text[first] === '"' || text[first] === "'")) first++;
  while (end > first && (text[end - 1] === '"' || text[end - 1] === "'")) end--;
  return text.slice(first, end);
}
