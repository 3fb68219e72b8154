/** An answer over HTTP itself, for what otherwise goes through a tunnel. */
import type { ServerResponse } from "node:http";
import type { NodeResponse } from "../../api/node/node-sync.ts";
import type { Answer } from "../streams/answer.ts";

export class HttpAnswer implements Answer {
  readonly #response: ServerResponse;
  readonly #gone = new AbortController();
  #resume = () => {};

  constructor(response: ServerResponse) {
    this.#response = response;
    response.once("close", () => {
      this.#gone.abort();
      this.#resume();
    });
    response.on("drain", () => this.#resume());
  }

  /** Aborted when the client is gone, or has everything. */
  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  get hasResponded(): boolean {
    return this.#response.headersSent;
  }

  respond({ code, message, http }: NodeResponse): void {
    if (http) {
      this.#response.writeHead(http.status, Object.fromEntries(http.headers));
      // A log that is followed may have no lines yet.
      this.#response.flushHeaders();
    } else {
      this.#response.writeHead(code, { "Content-Type": "text/plain; charset=utf-8" });
      this.#response.write(message ?? "");
    }
  }

  /** Settles when more may be sent. The channel is the body. */
  async send(_channel: number, bytes: Buffer): Promise<void> {
    if (this.#gone.signal.aborted || this.#response.write(bytes)) return;
    await new Promise<void>((resume) => {
      this.#resume = resume;
    });
  }

  /** A body that breaks off must not look complete. */
  close(brokenOff?: number): void {
    if (brokenOff === undefined) this.#response.end();
    else this.#response.destroy();
  }
}
