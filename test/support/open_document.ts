/** A document as the server has it, opened without a server: its run goes on until the test tells a part of it. */
import type { JobPart } from "../../server/emulation/job.ts";
import { parseDocument } from "../../server/parse.ts";
import { DEFAULT_SETTINGS } from "../../server/protocol.ts";
import { OpenDocument } from "../../server/state.ts";

export interface Open {
  readonly document: OpenDocument;
  /** What the run under way tells. */
  readonly part: (part: JobPart) => void;
}

export async function open(text: string): Promise<Open> {
  let part: (part: JobPart) => void = () => {};
  const document = new OpenDocument(
    {
      read: (t, path) => ({ done: Promise.resolve(parseDocument(t, path)), cancel: () => {} }),
      simulate: (_t, _p, _o, _progress, tell) => {
        part = tell;
        return {
          outcome: new Promise(() => {}),
          cancel: () => {},
          hurry: () => {},
          look: () => {},
          place: () => 0,
        };
      },
      settings: () => DEFAULT_SETTINGS,
      log: () => {},
      changed: () => {},
    },
    "file:///mails/mail.eml",
    "folioscope-mail",
    1,
    text,
  );
  await document.ready();
  return { document, part: (p) => part(p) };
}
