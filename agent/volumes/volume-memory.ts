/**
 * One in-memory file system for what a kubelet puts on no disk: secrets, tokens, the downward API. Volumes are directories
 * in it: a mount for each would cost every pod two processes, and every starting container a look at the mounts of all.
 */
import { execFile } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { namesIn } from "../files/names-in.ts";
import type { Logger } from "../logger.ts";
import { isOwnFileSystem } from "../mounts/mounts.ts";

const run = promisify(execFile);

const canMount = (): boolean => process.platform === "linux" && process.getuid?.() === 0;

export class VolumeMemory {
  readonly #directory: string;
  readonly #log: Logger;
  #opening: Promise<boolean> | undefined;
  /** The machine lets nobody mount anything. */
  #isForbidden = !canMount();
  #isClosed = false;

  constructor(directory: string, log: Logger) {
    this.#directory = resolve(directory);
    this.#log = log;
  }

  /** The uids of pods that have something here. */
  get uids(): readonly string[] {
    return namesIn(this.#directory);
  }

  /** The pod's directory in memory; undefined if the machine has no such file system: it is on disk. */
  async directoryOf(uid: string): Promise<string | undefined> {
    // What followed would be on the disk below.
    if (this.#isClosed) throw new Error("the agent is ending");
    if (this.#isForbidden) return undefined;
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined;
    });
    return (await this.#opening) ? join(this.#directory, uid) : undefined;
  }

  /** After a reboot, the directory still exists, but not the mount. */
  async #open(): Promise<boolean> {
    mkdirSync(this.#directory, { recursive: true, mode: 0o750 });
    if (isOwnFileSystem(this.#directory)) return true;
    try {
      await run("mount", ["-t", "tmpfs", "-o", "mode=0750", "tmpfs", this.#directory]);
    } catch (error) {
      this.#isForbidden = true;
      this.#log.warn(`secrets are kept on the disk: ${(error as { stderr?: string }).stderr?.trim() || error}`);
    }
    return !this.#isForbidden;
  }

  remove(uid: string): void {
    rmSync(join(this.#directory, uid), { recursive: true, force: true });
  }

  /** Removes it, unless a pod that goes on has something here. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#opening;
    if (this.#isForbidden || this.uids.length > 0) return;
    await run("umount", [this.#directory]).catch(() => {});
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
