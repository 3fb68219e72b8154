import type { Writable } from "node:stream";

export interface ExecRequest {
  readonly command: readonly string[];
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

/** How a command ended, with the runtime's message if there is one, or why that is unknown. */
export type Exit = { readonly code: number; readonly words?: string } | { readonly message: string };

/** A running exec or attach. Ending `stdin` closes the process's input; `exit` settles when the process has ended. */
export interface ProcessStream {
  readonly stdin?: Writable;
  readonly stdout?: NodeJS.ReadableStream;
  readonly stderr?: NodeJS.ReadableStream;
  resize(size: { readonly width: number; readonly height: number }): void;
  /** Releases the streams; the process of an exec is killed, an attached container is not. */
  close(): void;
  readonly exit: Promise<Exit>;
}
