/** Settings as they are sent, checked and made absolute; and what becomes of them when a review starts. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  inSettings,
  placeSettings,
  readSettings,
  reviewOptions,
  type Surroundings,
} from "../../server/config.ts";
import { DEFAULT_SETTINGS } from "../../server/protocol.ts";

const around: Surroundings = {
  folders: ["/ws/mails", "/ws/linux"],
  home: "/people/me",
  isTree: (f) => f === "/ws/linux",
};
const placed = (given: object) => placeSettings(readSettings(given), around);

test("values of the wrong type fall back; a single prerequisite is a list of one", () => {
  const s = readSettings({ tree: 7, prerequisites: [" a.mbox#1-3 ", 4, ""], config: null, steps: "many" });
  assert.deepEqual(s, { ...DEFAULT_SETTINGS, prerequisites: ["a.mbox#1-3"] });
  assert.deepEqual(readSettings({ prerequisites: "a.mbox" }).prerequisites, ["a.mbox"]);
});

test("an empty tree is the workspace folder that is one; none is none, and nothing goes on top of it", () => {
  assert.equal(placed({}).tree, "/ws/linux");
  const off = placed({ tree: "none", prerequisites: ["a.mbox"], config: "x" });
  assert.deepEqual([off.tree, off.prerequisites, off.config], ["", [], ""]);
  assert.deepEqual(reviewOptions(off), {});
  assert.equal(placeSettings(readSettings({}), { ...around, folders: [] }).tree, "");
});

test("paths: absolute, of the home folder, of the workspace", () => {
  const s = placed({
    tree: "~/linux",
    prerequisites: ["a.mbox#2", "/b.mbox"],
    config: ["$", "{workspaceFolder}/.config"].join(""),
  });
  assert.equal(s.tree, "/people/me/linux");
  assert.deepEqual(s.prerequisites, ["/ws/mails/a.mbox#2", "/b.mbox"]);
  assert.equal(s.config, "/ws/mails/.config");
  assert.deepEqual(reviewOptions(s), {
    tree: "/people/me/linux",
    prerequisites: ["/ws/mails/a.mbox#2", "/b.mbox"],
    config: "/ws/mails/.config",
  });
});

test("a problem names settings, not options of the command line", () => {
  assert.equal(
    inSettings("--prerequisite stacks patches on a kernel tree: name it with --tree DIR"),
    "folioscope.prerequisites stacks patches on a kernel tree: name it with the setting folioscope.tree",
  );
  assert.equal(
    inSettings("--config /x: there is no such file"),
    "folioscope.config /x: there is no such file",
  );
});

/** Read by the editor alone, which asks the server with them (extension/ways_in.ts). */
const OF_THE_EDITOR: ReadonlySet<string> = new Set(["mailboxes"]);

test("package.json, the settings of the server and the table of the README are the same", () => {
  const root = process.env["FOLIOSCOPE_ROOT"]!;
  const { contributes } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    contributes: { configuration: { properties: Record<string, { default: unknown }> } };
  };
  const settings = Object.entries(contributes.configuration.properties).filter(
    ([k]) => !k.includes(".trace."),
  );
  assert.deepEqual(
    Object.fromEntries(
      settings
        .map(([k, v]) => [k.replace("folioscope.", ""), v.default] as const)
        .filter(([k]) => !OF_THE_EDITOR.has(k)),
    ),
    DEFAULT_SETTINGS,
  );
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const table = [...readme.matchAll(/^\| `(folioscope\.\w+)` \|/gm)].map((m) => m[1]);
  assert.deepEqual(table.sort(), settings.map(([k]) => k).sort());
});

test("the setting of the tree may list several: all of them are made absolute and handed on", () => {
  const placed = placeSettings(readSettings({ tree: ["linux-6.1", "~/linux-6.12"] }), {
    folders: ["/w"],
    home: "/home/me",
    isTree: () => false,
  });
  const options = reviewOptions(placed);
  assert.deepEqual([options.tree, ...(options.otherTrees ?? [])], ["/w/linux-6.1", "/home/me/linux-6.12"]);
  assert.equal(reviewOptions(readSettings({ tree: "/linux" })).otherTrees, undefined);
});
