/** A container's main process, and where its output goes. */
import type { ChildProcess } from "node:child_process";
import { closeSync, openSync, writeSync } from "node:fs";
import type { Socket } from "node:net";
import { LogEncoder, type LogStream, logTime } from "../cri-log.ts";
import { frame } from "./attach-frames.ts";
import type { StoredContainer } from "./container-state.ts";

/** Bytes of output that may wait for an attached client. */
const MAX_UNREAD_BYTES = 8 * 1024 * 1024;
const micros = (): number => (performance.timeOrigin + performance.now()) * 1000;

export class RunningContainer {
  readonly #child: ChildProcess;
  readonly #container: StoredContainer;
  #log: number;
  readonly #encoders = { stdout: new LogEncoder("stdout"), stderr: new LogEncoder("stderr") };
  readonly attached = new Set<Socket>();

  constructor(container: StoredContainer, child: ChildProcess) {
    this.#container = container;
    this.#child = child;
    this.#log = openSync(container.logPath, "a", 0o640);
    this.#capture("stdout");
    this.#capture("stderr");
  }

  #write(entries: Buffer): void {
    if (entries.length === 0) return;
    try {
      writeSync(this.#log, entries);
    } catch {
      // The disk is full: this output is lost, and the container goes on.
    }
  }

  #capture(stream: LogStream): void {
    this.#child[stream]?.on("data", (chunk: Buffer) => {
      this.#write(this.#encoders[stream].push(chunk, logTime(micros())));
      for (const socket of this.attached) {
        socket.write(frame(stream === "stdout" ? 1 : 2, chunk));
        // A client that does not keep up is disconnected: the container does not wait, and its log has everything.
        if (socket.writableLength > MAX_UNREAD_BYTES) socket.destroy();
      }
    });
  }

  get id(): string {
    return this.#container.id;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get stdin(): NodeJS.WritableStream | null {
    return this.#child.stdin;
  }

  get closesInput(): boolean {
    return this.#container.config.stdinOnce;
  }

  reopenLog(): void {
    const log = openSync(this.#container.logPath, "a", 0o640);
    closeSync(this.#log);
    this.#log = log;
  }

  /** Its main process has ended: what other processes still write has no reader. */
  close(): void {
    for (const stream of ["stdout", "stderr"] as const) {
      this.#child[stream]?.destroy();
      this.#write(this.#encoders[stream].end(logTime(micros())));
    }
    closeSync(this.#log);
    for (const socket of this.attached) socket.end();
  }
}
