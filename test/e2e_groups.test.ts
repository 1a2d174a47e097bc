/** Which of the editor's cases are tried, and which a second time (test/e2e/groups.mjs). The cases themselves need an editor: test/e2e. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { inGroup, named, toRepeat } from "./e2e/groups.mjs";

const body = () => undefined;
const cases = [
  ...inGroup("mails", [
    ["a mail opens", body],
    ["a lens", body],
  ]),
  ...inGroup("panel", [
    ["F8 opens it", body],
    ["F8 goes on", body],
    ["stepping", body, "skipped for a reason"],
  ]),
  ...inGroup("web", [["a mail is read", body]]),
];
const names = (of: readonly { readonly name: string }[]) => of.map(({ name }) => name);

test("cases have their group and the reason they are skipped for", () => {
  assert.deepEqual(cases.map(({ group, skip }) => [group, skip]).slice(3, 5), [
    ["panel", undefined],
    ["panel", "skipped for a reason"],
  ]);
});

test("arguments name cases by a part of their name or of their group's", () => {
  assert.deepEqual(names(named(cases, [])), names(cases));
  assert.deepEqual(names(named(cases, ["F8"])), ["F8 opens it", "F8 goes on"]);
  assert.deepEqual(names(named(cases, ["web", "lens"])), ["a lens", "a mail is read"]);
  assert.deepEqual(named(cases, ["nothing"]), []);
});

test("what was missed is repeated with what it builds on, and nothing else", () => {
  assert.deepEqual(names(toRepeat(cases, ["F8 goes on"])), ["a mail opens", "F8 opens it", "F8 goes on"]);
  assert.deepEqual(names(toRepeat(cases, ["a mail is read"])), ["a mail opens", "a mail is read"]);
  assert.deepEqual(names(toRepeat(cases, ["a lens", "stepping"])), names(cases).slice(0, 5));
});

test("what was missed of the whole session is tried with all cases", () => {
  assert.deepEqual(toRepeat(cases, ["the extension logged no error"]), cases);
});
