/**
 * The connection of a server that is a thread: messages are objects on its port, without frames. Leaves out who started it.
 */
import type { MessagePort } from "node:worker_threads";
import {
  AbstractMessageReader,
  AbstractMessageWriter,
  type DataCallback,
  type Disposable,
  type Message,
  type MessageReader,
  type MessageWriter,
} from "vscode-languageserver/node";

export class PortReader extends AbstractMessageReader implements MessageReader {
  readonly #port: MessagePort;

  constructor(port: MessagePort) {
    super();
    this.#port = port;
  }

  listen(callback: DataCallback): Disposable {
    const heard = (message: Message): void => callback(message);
    this.#port.on("message", heard);
    return { dispose: () => this.#port.off("message", heard) };
  }
}

export class PortWriter extends AbstractMessageWriter implements MessageWriter {
  readonly #port: MessagePort;

  constructor(port: MessagePort) {
    super();
    this.#port = port;
  }

  async write(message: Message): Promise<void> {
    this.#port.postMessage(message);
  }

  end(): void {}
}
