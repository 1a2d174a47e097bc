/** Frames of the protocol: a length that is no length ends the stream with an error; whole ones pass as they are. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { FrameCheck } from "../../server/lsp/frames.ts";

async function pass(...chunks: string[]): Promise<{ out: string; problem: string }> {
  const check = new FrameCheck();
  let out = "";
  let problem = "";
  check.on("data", (c: Buffer) => void (out += c.toString()));
  const ended = new Promise<void>((done) =>
    check.on("error", (e) => void (problem = e.message)).on("close", done),
  );
  for (const c of chunks) if (!check.destroyed) check.write(c);
  check.end();
  await ended;
  return { out, problem };
}

test("whole frames pass, cut anywhere", async () => {
  const text = `Content-Length: 7\r\n\r\n{"a":1}Content-Type: x\r\ncontent-length:2\r\n\r\n{}`;
  for (let at = 1; at < text.length; at++)
    assert.deepEqual(await pass(text.slice(0, at), text.slice(at)), { out: text, problem: "" });
});

for (const header of [
  "Content-Length: -5",
  "Content-Length: 1e9",
  "Content-Length: 12abc",
  "Content-Length: 99999999999",
  "Content-Length:",
  "X: y",
  "Content-Length: 1\r\nContent-Length: 2",
])
  test(`${JSON.stringify(header)} ends the stream`, async () => {
    assert.match((await pass(`${header}\r\n\r\n{}`)).problem, /Content-Length/);
  });

test("an endless header ends the stream", async () => {
  assert.match((await pass("x".repeat(10_000))).problem, /header of more than/);
});
