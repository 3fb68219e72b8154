/** Runs a prepared control plane. Everything imported here stays in memory for as long as it runs. */
import { rmSync } from "node:fs";
import type { Server } from "node:net";
import type { Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { errorMessage } from "../../api/error-message.ts";
import { CliError } from "../cli-error.ts";
import { type ControlPlaneFiles, controlPlaneFiles } from "./control-plane-files.ts";
import type { DataDirectory } from "./data-directory.ts";
import { openLog } from "./open-log.ts";
import { listenForPinnedCalls } from "./pinned-calls-socket.ts";
import { waitUntilReady } from "./readiness.ts";
import { WorkerdProcess } from "./workerd-process.ts";

interface RunOptions {
  /** Where it was prepared. */
  readonly directory: DataDirectory;
  /** Reports in one line what happened to a running control plane. */
  readonly warn: (message: string) => void;
}

const backOff = { firstMs: 50, mostMs: 10_000, forgivenAfterMs: 30_000 };

/** The Worker under workerd, restarted when it dies. */
export class ControlPlane {
  readonly #options: RunOptions;
  readonly #files: ControlPlaneFiles;
  readonly #log: Writable;
  #process: WorkerdProcess | undefined;
  #stopping = false;
  readonly #pinnedCalls: Server;

  constructor(options: RunOptions) {
    this.#options = options;
    this.#files = controlPlaneFiles(options.directory.path);
    this.#log = openLog(this.#files.log);
    rmSync(this.#files.pinnedCallsSocket, { force: true });
    this.#pinnedCalls = listenForPinnedCalls(this.#files.pinnedCallsSocket);
  }

  /** Resolves once it is ready, or stopped; throws CliError if it cannot start. */
  async start(): Promise<void> {
    try {
      await this.#launch();
    } catch (error) {
      await this.stop();
      throw new CliError(`the control plane did not start: ${errorMessage(error)}; see ${this.#files.log}`);
    }
    void this.#supervise();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#process?.stop();
    this.#pinnedCalls.close();
    this.#log.end();
  }

  /** Kills workerd without waiting. */
  kill(): void {
    this.#process?.kill();
  }

  async #launch(): Promise<void> {
    const workerd = new WorkerdProcess({ files: this.#files, log: this.#log });
    this.#process = workerd;
    await workerd.listening;
    this.#options.directory.recordChild(workerd.pid);
    const isCancelled = () => this.#stopping || workerd.hasEnded;
    const problem = await waitUntilReady(this.#files.readinessSocket, { isCancelled });
    if (problem !== undefined) throw new Error(problem);
    if (workerd.hasEnded && !this.#stopping) throw new Error(await workerd.ended);
  }

  async #supervise(): Promise<void> {
    let wait = backOff.firstMs;
    while (!this.#stopping) {
      const started = Date.now();
      const how = await (this.#process as WorkerdProcess).ended;
      if (this.#stopping) return;
      if (Date.now() - started > backOff.forgivenAfterMs) wait = backOff.firstMs;
      this.#options.warn(`${how}; starting again`);
      for (;;) {
        await sleep(wait);
        wait = Math.min(wait * 2, backOff.mostMs);
        if (this.#stopping) return;
        try {
          await this.#launch();
          this.#options.warn("running again");
          break;
        } catch (error) {
          this.#options.warn(`did not start: ${errorMessage(error)}; trying again in ${wait / 1000} s`);
          await this.#process?.stop();
        }
      }
    }
  }
}
