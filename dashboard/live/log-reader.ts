/** Follows the logs of some containers of a pod, merged into one text. */

import { type Signal, signal } from "@preact/signals";
import { LineSplitter } from "../../api/line-splitter.ts";
import { problemOf, read } from "../api/connection.ts";
import { withoutControls } from "./terminal-text.ts";

export type LogState =
  | { readonly name: "reading" | "following" | "ended" }
  | { readonly name: "failed"; readonly problem: string };

export interface LogOptions {
  /** The path of the pod's log. */
  readonly path: string;
  /** With several, each line is prefixed with its container. */
  readonly containers: readonly string[];
  readonly follow: boolean;
  /** The log before the last restart. */
  readonly previous: boolean;
}

/** More would slow down the page; the oldest lines are dropped. */
const MOST_LINES = 5000;
/** Lines that arrive within this time are drawn together. */
const FLUSH_MS = 50;

export class LogReader {
  readonly lines: Signal<readonly string[]> = signal([]);
  readonly state: Signal<LogState> = signal({ name: "reading" });
  readonly #options: LogOptions;
  readonly #stop = new AbortController();
  #kept: string[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: LogOptions) {
    this.#options = options;
  }

  start(): void {
    const { containers, follow } = this.#options;
    if (follow) this.state.value = { name: "following" };
    const reading = containers.map((container) => this.#read(container));
    void Promise.all(reading).then(() => {
      this.#flush();
      if (this.state.peek().name !== "failed") this.state.value = { name: "ended" };
    });
  }

  stop(): void {
    this.#stop.abort();
    clearTimeout(this.#timer);
  }

  async #read(container: string): Promise<void> {
    const { path, containers, follow, previous } = this.#options;
    const { signal: stop } = this.#stop;
    const prefix = containers.length > 1 ? `[${container}] ` : "";
    const query = new URLSearchParams({
      container,
      tailLines: String(MOST_LINES),
      follow: String(follow),
      previous: String(previous),
    });
    try {
      const response = await read(`${path}?${query}`, { signal: stop, accept: "*/*" });
      if (!response.ok || !response.body) {
        // Of several containers, one that has not started yet is no error.
        if (containers.length === 1) this.#fail(await problemOf(response));
        return;
      }
      const reader = response.body.getReader();
      const splitter = new LineSplitter(new TextDecoder());
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        this.#take(splitter.push(value).map((line) => prefix + withoutControls(line)));
      }
      if (splitter.rest !== "") this.#take([prefix + withoutControls(splitter.rest)]);
    } catch (error) {
      if (!stop.aborted) this.#fail(error instanceof Error ? error.message : String(error));
    }
  }

  #take(lines: readonly string[]): void {
    this.#kept.push(...lines);
    this.#timer ??= setTimeout(() => this.#flush(), FLUSH_MS);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#kept.length > MOST_LINES) this.#kept = this.#kept.slice(-MOST_LINES);
    if (!this.#stop.signal.aborted) this.lines.value = [...this.#kept];
  }

  #fail(problem: string): void {
    this.state.value = { name: "failed", problem };
  }
}
