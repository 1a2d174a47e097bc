/**
 * The thread of a message from where mailing lists are kept: a public-inbox at an address that the user names, or b4 or lei
 * where they are installed and named. Nothing is asked of anybody otherwise, one request is made, and only that host
 * answers it. Leaves out what the mails say (server/parse.ts) and mailboxes on disk (box.ts).
 */
import { spawnSync } from "node:child_process";
import { gunzipSync } from "node:zlib";
import { FileProblem } from "../files.ts";

/** Bytes of a thread, as it comes and unpacked. */
const THREAD_BYTES = 64 << 20;
const TIMEOUT_MS = 30_000;
/** A public-inbox leads from /r/ID/ and /all/ID/ to the list that has it, on the same host. */
const MOVES_MAX = 3;

/** Programs that bring a thread by its message id, and how they are asked to print it as an mbox. */
const PROGRAMS: Readonly<Record<string, (id: string) => readonly string[]>> = {
  b4: (id) => ["mbox", "-o", "-", id],
  lei: (id) => ["q", "--quiet", "--threads", "--format=mboxrd", "--output=-", `m:${id}`],
};

/** Whether a mailbox is none on disk: an http address, `b4` or `lei`. */
export const isInbox = (box: string): boolean => /^https?:\/\//i.test(box) || Object.hasOwn(PROGRAMS, box);

/** A message's page in a public-inbox taken apart: the inbox and the id; null: it names no message. */
export function messagePage(address: string): { readonly box: string; readonly id: string } | null {
  if (!/^https?:\/\//i.test(address) || !URL.canParse(address)) return null;
  const url = new URL(address);
  const parts = url.pathname.split("/").filter((p) => p !== "");
  const at = parts.findIndex((p) => /@|%40/i.test(p));
  if (at < 0) return null;
  url.pathname = `${parts.slice(0, at).join("/")}/`;
  url.search = "";
  url.hash = "";
  return { box: url.href, id: decodeURIComponent(parts[at]!) };
}

/** The mails of the thread of message `id`, as an mbox. @throws FileProblem */
export async function inboxThread(box: string, id: string): Promise<Buffer> {
  const wanted = id.trim().replace(/^<|>$/g, "");
  // It becomes part of an address, and an argument of a program.
  if (!/^[^\s<>"/@-][^\s<>"/@]*@[^\s<>"/@]+$/.test(wanted) || wanted.length > 500)
    throw new FileProblem(`"${wanted.slice(0, 200)}"`, "is no message id, as 20250110060123.1@example.org");
  const ask = PROGRAMS[box];
  return ask === undefined ? fromAddress(box, wanted) : fromProgram(box, ask(wanted));
}

function fromProgram(program: string, args: readonly string[]): Buffer {
  const done = spawnSync(program, args, {
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: THREAD_BYTES,
    timeout: TIMEOUT_MS,
  });
  if ((done.error as NodeJS.ErrnoException | undefined)?.code === "ENOENT")
    throw new FileProblem(program, "is not installed");
  const said = done.stderr?.toString("utf8").trim().split("\n").at(-1)?.slice(0, 300) ?? "";
  if (done.status !== 0 || done.stdout.length === 0)
    throw new FileProblem(program, `gives no thread${said === "" ? "" : ` (${said})`}`);
  return done.stdout;
}

async function fromAddress(box: string, id: string): Promise<Buffer> {
  const problem = badAddress(box);
  if (problem !== "") throw new FileProblem(box, problem);
  let url = new URL(box);
  const { host } = url;
  url.pathname = `${url.pathname.endsWith("/") ? url.pathname : `${url.pathname}/`}${encodeURIComponent(id)}/t.mbox.gz`;
  try {
    for (let moves = 0; ; moves++) {
      const response = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(TIMEOUT_MS) });
      const to = response.headers.get("location");
      if (response.status >= 300 && response.status < 400 && to !== null) {
        url = new URL(to, url);
        if (url.host !== host || moves === MOVES_MAX || badAddress(url.href) !== "")
          throw new FileProblem(box, `sends elsewhere, to ${url.host}: name that address`);
        if (!url.pathname.endsWith("/t.mbox.gz"))
          url.pathname = `${url.pathname.endsWith("/") ? url.pathname : `${url.pathname}/`}t.mbox.gz`;
        continue;
      }
      if (response.status === 404) throw new FileProblem(box, `has no message <${id}>`);
      if (!response.ok) throw new FileProblem(box, `answers ${response.status}`);
      return unpacked(box, await bounded(box, response));
    }
  } catch (error) {
    if (error instanceof FileProblem) throw error;
    const { cause, name } = error as Error & { cause?: { code?: string; message?: string } };
    const why =
      name === "TimeoutError"
        ? `no answer within ${TIMEOUT_MS / 1000} s`
        : (cause?.code ?? cause?.message ?? name);
    throw new FileProblem(box, `cannot be asked: ${why}`);
  }
}

function badAddress(address: string): string {
  if (!URL.canParse(address)) return "is no address";
  const url = new URL(address);
  if (!/^https?:$/.test(url.protocol)) return "is not an http or https address";
  return url.username === "" && url.password === ""
    ? ""
    : "has a password in it: such an address is not taken";
}

async function bounded(box: string, response: Response): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > THREAD_BYTES) throw new FileProblem(box, `sends more than ${THREAD_BYTES} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function unpacked(box: string, bytes: Buffer): Buffer {
  let mails = bytes;
  if (bytes[0] === 0x1f && bytes[1] === 0x8b)
    try {
      mails = gunzipSync(bytes, { maxOutputLength: THREAD_BYTES });
    } catch (error) {
      throw new FileProblem(box, `sends a thread that cannot be unpacked: ${(error as Error).message}`);
    }
  // Inboxes behind a page that asks who you are answer with that page.
  if (!/^>?From /.test(mails.toString("latin1", 0, 6)))
    throw new FileProblem(box, "sends no mailbox: a page for people, perhaps");
  return mails;
}
