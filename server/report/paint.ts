/** Colour for terminals, or none. */
export type Paint = (text: string, style: keyof typeof CODES) => string;

const CODES = { red: "31", green: "32", yellow: "33", bold: "1", dim: "2" } as const;

/** A painter that colours, or one that leaves every text as it is. */
export function painter(color: boolean): Paint {
  return (text, style) => (color ? `\x1b[${CODES[style]}m${text}\x1b[0m` : text);
}
