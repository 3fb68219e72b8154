/**
 * The volumes that this node keeps on its own disk for claims: subdirectories of one directory. Each exists completely
 * or not at all, whenever the agent is killed; a volume is deleted by renaming it first, and counts as gone from then
 * on.
 */
import {
  chmodSync,
  closeSync,
  fsyncSync,
  lstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
} from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { errorMessage } from "../../../api/error-message.ts";
import { makeDirectory } from "../../files/make-directory.ts";
import type { Logger } from "../../logger.ts";
import { isListedMount, mountsBelow } from "../../mounts/mounts.ts";

/** The reason, as the node's API answers it. */
export class LocalVolumeError extends Error {
  readonly code: number;
  readonly reason: string;
  constructor(code: number, reason: string, message: string) {
    super(message);
    this.code = code;
    this.reason = reason;
  }
}

export interface LocalVolumesOptions {
  readonly directory: string;
  /** The uids of pods here that use the volume. */
  readonly usersOf: (name: string) => readonly string[];
  readonly log: Logger;
}

/** An object's name, and so neither a path nor one of the names below. */
const NAME = /^[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?$/;
const UNFINISHED = ".new-";
const REMOVED = ".removed-";
const FULL: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT"]);
/**
 * As in other directory-based provisioners: any user of a container may write. The parent directory is only accessible
 * to the node.
 */
const FOR_ALL = 0o777;

export class LocalVolumes {
  readonly #options: LocalVolumesOptions;

  /** Fails if the directory cannot be created. */
  constructor(options: LocalVolumesOptions) {
    this.#options = options;
    makeDirectory(options.directory, 0o700);
    for (const name of readdirSync(options.directory)) {
      const path = join(options.directory, name);
      if (name.startsWith(UNFINISHED)) rmdirSync(path);
      if (name.startsWith(REMOVED)) void this.#empty(path);
    }
  }

  get directory(): string {
    return this.#options.directory;
  }

  /** Returns its path. Fails with {@link LocalVolumeError}. */
  make(name: string, expected: string): string {
    const path = this.#pathOf(name, expected);
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found?.isDirectory()) return path;
    if (found !== undefined) throw new LocalVolumeError(409, "Conflict", `${path} is there, and no directory`);
    refuseOnError(() => {
      const unfinished = mkdtempSync(join(this.directory, UNFINISHED));
      chmodSync(unfinished, FOR_ALL);
      renameSync(unfinished, path);
      this.#retain();
    });
    return path;
  }

  /** Succeeds if it is gone already. Fails with {@link LocalVolumeError}. */
  remove(name: string, expected: string): void {
    const path = this.#pathOf(name, expected);
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return;
    const users = this.#options.usersOf(name);
    if (users.length > 0)
      throw new LocalVolumeError(409, "Conflict", `volume ${name} is still used by pods here: ${users.join(", ")}`);
    // A mounted file system would lose its files, wherever they are.
    const [mounted] = isListedMount(path) ? [path] : mountsBelow(path);
    if (mounted !== undefined) throw new LocalVolumeError(409, "Conflict", `${mounted} is still mounted`);
    refuseOnError(() => {
      const removed = mkdtempSync(join(this.directory, REMOVED));
      renameSync(path, join(removed, name));
      this.#retain();
      void this.#empty(removed);
    });
  }

  /** The names of the volumes that exist here. */
  get names(): readonly string[] {
    return readdirSync(this.directory).filter((name) => NAME.test(name));
  }

  /** The number of directories here, and of those that pods here use. */
  get use(): { readonly directory: string; readonly kept: number; readonly used: number } {
    const { directory, names } = this;
    const used = names.filter((name) => this.#options.usersOf(name).length > 0);
    return { directory, kept: names.length, used: used.length };
  }

  #pathOf(name: string, expected: string): string {
    if (!NAME.test(name)) throw new LocalVolumeError(400, "BadRequest", `${JSON.stringify(name)} is not a volume name`);
    const path = join(this.directory, name);
    if (path === expected) return path;
    throw new LocalVolumeError(
      409,
      "Conflict",
      `this node keeps its local volumes in ${this.directory}: not ${expected}`,
    );
  }

  /** There may be a million files: nobody waits for this. Links are removed, not followed. */
  async #empty(removed: string): Promise<void> {
    try {
      await rm(removed, { recursive: true });
    } catch (error) {
      this.#options.log.warn(`${removed} is removed with the next start: ${errorMessage(error)}`);
    }
  }

  /** Whatever was answered survives a power failure. */
  #retain(): void {
    const directory = openSync(this.directory, "r");
    try {
      fsyncSync(directory);
    } finally {
      closeSync(directory);
    }
  }
}

/** A full disk is not retried here: there may be room elsewhere. */
function refuseOnError(change: () => void): void {
  try {
    change();
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    throw FULL.has(code)
      ? new LocalVolumeError(507, "InsufficientStorage", message)
      : new LocalVolumeError(500, "InternalError", message);
  }
}
