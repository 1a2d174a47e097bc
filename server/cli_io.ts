/** What a subcommand may touch of the process: so that tests can run commands without one. */
export interface CliIo {
  stdout(text: string | Uint8Array): void;
  stderr(text: string): void;
  /** One line that says how far a long work is, in place of the one before; "" takes it away. Only where a person watches. */
  status?(text: string): void;
  /** Colour is wanted: standard output is a terminal and NO_COLOR is unset. */
  readonly color: boolean;
}
