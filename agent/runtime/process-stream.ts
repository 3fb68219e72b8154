import type { Writable } from "node:stream";

export interface ExecRequest {
  readonly command: readonly string[];
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

/** How a command ended, in the runtime's words where it has any, or why there is no telling. */
export type Exit = { readonly code: number; readonly words?: string } | { readonly message: string };

/** A running exec or attach. Ending `stdin` closes the process' input; `exit` settles when the process has. */
export interface ProcessStream {
  readonly stdin?: Writable;
  readonly stdout?: NodeJS.ReadableStream;
  readonly stderr?: NodeJS.ReadableStream;
  resize(size: { readonly width: number; readonly height: number }): void;
  /** Lets go of the streams; the process of an exec is killed, an attached container is not. */
  close(): void;
  readonly exit: Promise<Exit>;
}
