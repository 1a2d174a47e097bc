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
  /** Threads of a document and the version they are of. */
  readonly #shown = new Map<string, { version: number; threads: readonly CommentThread[] }>();

  constructor(client: Client) {
    this.#client = client;
  }

  /** A document was read or edited: its remarks are asked for once a version. */
  async status({ uri, version, state }: StatusParams): Promise<void> {
    if (state === "foreign") this.forget(uri);
    else if (this.#shown.get(uri)?.version !== version) {
      this.#shown.set(uri, { version, threads: this.#shown.get(uri)?.threads ?? [] });
      const result = await this.#client.request<RemarksResult>(METHOD_REMARKS, { uri });
      // Closed or edited meanwhile: the answer is for nobody.
      if (this.#shown.get(uri)?.version !== version) return;
      this.forget(uri);
      this.#shown.set(uri, { version, threads: this.#threadsOf(result) });
    }
  }

  forget(uri: string): void {
    for (const thread of this.#shown.get(uri)?.threads ?? []) thread.dispose();
    this.#shown.delete(uri);
  }

  dispose(): void {
    this.#controller.dispose();
  }

  #threadsOf({ uri, threads }: RemarksResult): CommentThread[] {
    return threads.map(({ docLine, remarks }) => {
      const range = new Range(docLine - 1, 0, docLine - 1, 0);
      const thread = this.#controller.createCommentThread(Uri.parse(uri), range, remarks.map(commentOf));
      thread.canReply = false;
      thread.collapsibleState = CommentThreadCollapsibleState.Collapsed;
      thread.label =
        remarks.length === 1 ? "A remark of the thread" : `${remarks.length} remarks of the thread`;
      return thread;
    });
  }
}

function commentOf({ author, text, note, docLine }: Remark): Comment {
  const body = new MarkdownString();
  body.appendText(text);
  return {
    author: { name: author },
    body,
    mode: CommentMode.Preview,
    label: [`line ${docLine}`, note].filter((s) => s !== "").join(", "),
  };
}
