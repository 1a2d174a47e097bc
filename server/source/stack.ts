/**
 * Prerequisite patches named on the command line or in the settings: "FILE", "FILE#7" or "FILE#1-18", read like any mail.
 * Leaves out applying them (images.ts).
 */
import { readFileSync } from "node:fs";
import type { ParsedDocument, Patch } from "../mail/types.ts";
import { parseDocument } from "../parse.ts";

/** Largest prerequisite file that is read (bytes). */
const MAX_BYTES = 256 << 20;

const documents = new Map<string, ParsedDocument>();

/** The patches that the specs name, in order; `problem` is for the user, and empty when all could be read. */
export function loadStack(specs: readonly string[]): { patches: Patch[]; problem: string } {
  const patches: Patch[] = [];
  for (const spec of specs) {
    const m = /^(.*?)(?:#(\d+)(?:-(\d+))?)?$/s.exec(spec)!;
    const [file, from, to] = [m[1]!, m[2], m[3] ?? m[2]];
    const doc = documentOf(file);
    if (typeof doc === "string") return { patches, problem: `--prerequisite ${spec}: ${doc}` };
    const chosen = inOrder(doc).filter(
      (p) => from === undefined || (numberIn(doc, p) >= Number(from) && numberIn(doc, p) <= Number(to)),
    );
    if (chosen.length === 0)
      return {
        patches,
        problem: `--prerequisite ${spec}: ${file} holds ${from === undefined ? "no patch" : `no patch ${from === to ? from : `${from} to ${to}`}; it has ${doc.patches.length}`}`,
      };
    patches.push(...chosen);
  }
  return { patches, problem: "" };
}

function documentOf(file: string): ParsedDocument | string {
  const known = documents.get(file);
  if (known !== undefined) return known;
  try {
    const bytes = readFileSync(file);
    if (bytes.length > MAX_BYTES)
      return `${bytes.length} bytes are too many; cut the series out of the archive`;
    const doc = parseDocument(bytes, file);
    documents.set(file, doc);
    return doc;
  } catch (error) {
    return `cannot read ${file}: ${(error as NodeJS.ErrnoException).code ?? (error as Error).message}`;
  }
}

/** Number in the series; a patch outside a series counts by its place in the document. */
function numberIn(doc: ParsedDocument, p: Patch): number {
  return p.number > 0 ? p.number : doc.patches.indexOf(p) + 1;
}

/** One patch a number, in the order of the series: of several revisions the newest, of several copies the first. */
function inOrder(doc: ParsedDocument): Patch[] {
  const patches = doc.patches.filter((p) => p.files.length > 0);
  const revision = Math.max(0, ...patches.filter((p) => p.number > 0).map((p) => p.revision));
  const seen = new Set<number>();
  const out = patches.filter((p) => {
    if (p.number === 0) return true;
    if (p.revision !== revision || seen.has(p.number)) return false;
    seen.add(p.number);
    return true;
  });
  return out.sort((a, b) => numberIn(doc, a) - numberIn(doc, b));
}
