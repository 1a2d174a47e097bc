/** docs/lsp_extensions.md against server/protocol.ts and package.json: nothing of the interface is undocumented. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { TOKEN_TYPES } from "../../server/features/semantic_tokens.ts";
import * as protocol from "../../server/protocol.ts";

const root = process.env["FOLIOSCOPE_ROOT"] ?? process.cwd();
const doc = readFileSync(join(root, "docs", "lsp_extensions.md"), "utf8");
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

test("every method, command, language and state of the protocol is documented", () => {
  for (const [name, value] of Object.entries(protocol)) {
    if (typeof value === "string")
      assert.ok(doc.includes(value), `${name} = "${value}" is not in docs/lsp_extensions.md`);
  }
  for (const state of ["foreign", "none", "checking", "current", "obsolete", "cancelled", "failed"])
    assert.ok(doc.includes(`\`${state}\``), state);
  for (const type of TOKEN_TYPES) assert.ok(doc.includes(`\`${type}\``), type);
});

test("commands and settings of package.json are those of the code", () => {
  const commands = new Set(manifest.contributes.commands.map((c: { command: string }) => c.command));
  for (const [name, value] of Object.entries(protocol))
    if (name.startsWith("COMMAND_")) assert.ok(commands.has(value), `${value} is not contributed`);
  const properties = manifest.contributes.configuration.properties;
  for (const [key, value] of Object.entries(protocol.DEFAULT_SETTINGS)) {
    const property = properties[`folioscope.${key}`];
    assert.ok(property, `folioscope.${key} is not contributed`);
    assert.deepEqual(property.default, value, `default of folioscope.${key}`);
    assert.ok(doc.includes(`\`${key}\``), `setting ${key} is not documented`);
  }
  // The editor's dark high-contrast theme has "meta.diff.header" in navy on black; "markup.changed" is legible in all.
  const [{ scopes }] = manifest.contributes.semanticTokenScopes;
  for (const [type, names] of Object.entries<string[]>(scopes))
    assert.ok(!names.some((n) => n.startsWith("meta.diff")), `${type}: ${names.join(", ")}`);
  const types = manifest.contributes.semanticTokenTypes.map((t: { id: string }) => t.id);
  assert.deepEqual(types, [...TOKEN_TYPES]);
});
