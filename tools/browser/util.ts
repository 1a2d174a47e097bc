/** `node:util` in a browser, as far as reading mails needs it. */
const { TextDecoder } = globalThis;

export { TextDecoder };
