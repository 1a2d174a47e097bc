/**
 * Remarks of a thread as the editor's comment threads, beside the lines they are about. Read-only: an answer is a mail, which
 * nobody here writes or sends. What there is and where it stands is the server's (server/features/remarks.ts).
 */
import {
  type Comment,
  CommentMode,
  type CommentThread,
  CommentThreadCollapsibleState,
  comments,
  type Disposable,
  MarkdownString,
  Range,
  Uri,
} from "vscode";
import { METHOD_REMARKS, type Remark, type RemarksResult, type StatusParams } from "../server/protocol.ts";
import type { Client } from "./client.ts";

export class Remarks implements Disposable {
  readonly #client: Client;
  readonly #controller = comments.createCommentController("folioscope.remarks", "Remarks of the thread");
  /** Threads of a document, and the version and the results that they are of. */
  readonly #shown = new Map<string, { of: string; threads: readonly CommentThread[] }>();

  constructor(client: Client) {
    this.#client = client;
  }

  /** A document was read, edited or run: its remarks are asked for once a version, and once when results are there. */
  async status({ uri, version, state, ranAt }: StatusParams): Promise<void> {
    const of = `${version} ${state === "checking" ? 0 : ranAt}`;
    if (state === "foreign") this.forget(uri);
    else if (this.#shown.get(uri)?.of !== of) {
      this.#shown.set(uri, { of, threads: this.#shown.get(uri)?.threads ?? [] });
      const result = await this.#client.request<RemarksResult>(METHOD_REMARKS, { uri });
      // Closed or edited meanwhile: the answer is for nobody.
      if (this.#shown.get(uri)?.of !== of) return;
      this.#shown.set(uri, {
        of,
        threads: this.#threadsOf(result, this.#shown.get(uri)?.threads ?? [], ranAt),
      });
    }
  }

  forget(uri: string): void {
    for (const thread of this.#shown.get(uri)?.threads ?? []) thread.dispose();
    this.#shown.delete(uri);
  }

  dispose(): void {
    this.#controller.dispose();
  }

  /** Threads as they are told; one that is there already stays, open or closed as the reader left it. */
  #threadsOf(
    { uri, threads }: RemarksResult,
    before: readonly CommentThread[],
    ranAt: number,
  ): CommentThread[] {
    const old = new Map(before.map((thread) => [thread.range?.start.line, thread]));
    const now = threads.map(({ docLine, remarks }) => {
      const range = new Range(docLine - 1, 0, docLine - 1, 0);
      let thread = old.get(docLine - 1);
      old.delete(docLine - 1);
      if (thread === undefined) {
        thread = this.#controller.createCommentThread(Uri.parse(uri), range, []);
        thread.canReply = false;
        thread.collapsibleState = CommentThreadCollapsibleState.Collapsed;
      }
      thread.comments = remarks.flatMap((r) => commentsOf(r, ranAt));
      const many =
        remarks.length === 1 ? "A remark of the thread" : `${remarks.length} remarks of the thread`;
      thread.label = remarks.some((r) => r.answer !== "") ? `${many}, put to the runs` : many;
      return thread;
    });
    for (const thread of old.values()) thread.dispose();
    return now;
  }
}

/** A remark with the time of its mail, and under it what the runs say of what it speaks of, with theirs. */
function commentsOf({ author, text, note, docLine, sentAt, answer }: Remark, ranAt: number): Comment[] {
  const label = [`line ${docLine}`, note].filter((s) => s !== "").join(", ");
  const said = comment(author, text, label, sentAt);
  return answer === "" ? [said] : [said, comment("Folioscope", answer, "from the runs", ranAt)];
}

/** `at`: milliseconds since 1970, 0 where the time is not known. */
function comment(name: string, text: string, label: string, at: number): Comment {
  const body = new MarkdownString();
  body.appendText(text);
  return {
    author: { name },
    body,
    mode: CommentMode.Preview,
    label,
    ...(at > 0 ? { timestamp: new Date(at) } : {}),
  };
}
