/**
 * Looks at the frames of the protocol as they arrive on standard input, before the library reads them: a length that is
 * no length would leave the library waiting for ever for a body that does not end. Everything else passes unchanged.
 * Leaves out what is in the frames.
 */
import { Transform, type TransformCallback } from "node:stream";

const HEADER_MAX = 8192;
const BODY_MAX = 256 << 20;

/** Passes whole headers and bodies; fails with an Error at the first header that is none. */
export class FrameCheck extends Transform {
  private header = "";
  private body = 0;

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const problem = this.follow(chunk);
    if (problem === "") done(null, chunk);
    else done(new Error(problem));
  }

  /** Goes through the bytes; what is wrong with a header, "" for nothing. */
  private follow(chunk: Buffer): string {
    let at = 0;
    while (at < chunk.length) {
      if (this.body > 0) {
        const take = Math.min(this.body, chunk.length - at);
        this.body -= take;
        at += take;
        continue;
      }
      this.header += String.fromCharCode(chunk[at++]!);
      if (this.header.length > HEADER_MAX) return `a header of more than ${HEADER_MAX} bytes`;
      if (!this.header.endsWith("\r\n\r\n")) continue;
      const problem = this.readHeader();
      if (problem !== "") return problem;
    }
    return "";
  }

  private readHeader(): string {
    const lengths = this.header
      .split("\r\n")
      .filter((l) => /^content-length\s*:/i.test(l))
      .map((l) => l.slice(l.indexOf(":") + 1).trim());
    this.header = "";
    const [length] = lengths;
    if (length === undefined || lengths.length > 1) return "a header without one Content-Length";
    if (!/^\d{1,10}$/.test(length) || Number(length) > BODY_MAX)
      return `Content-Length: ${length.slice(0, 40)} is no length from 0 to ${BODY_MAX}`;
    this.body = Number(length);
    return "";
  }
}
