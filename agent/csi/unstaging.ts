/**
 * Volumes that no pod on this node uses any more, but that their drivers still have staged. No pod waits for this:
 * drivers are asked until they succeed, even across restarts of the agent.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { namesIn } from "../files/names-in.ts";
import { readJson } from "../files/read-json.ts";
import { writeWhole } from "../files/write-whole.ts";
import type { Logger } from "../logger.ts";
import { sha256 } from "./wanted-volume.ts";

/** The kubelet's. */
const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 122_000;

export interface Staged {
  readonly driverName: string;
  readonly volumeHandle: string;
  readonly specVolID: string;
  readonly block: boolean;
  readonly attached: boolean;
}

export interface UnstagingOptions {
  /** Where it is written down. */
  readonly directory: string;
  /** Fails if the driver fails, or is not there. */
  readonly unstage: (volume: Staged) => Promise<void>;
  readonly log: Logger;
}

export class Unstaging {
  readonly #options: UnstagingOptions;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  #isClosed = false;

  constructor(options: UnstagingOptions) {
    this.#options = options;
  }

  get all(): readonly Staged[] {
    const { directory } = this.#options;
    return namesIn(directory)
      .filter((name) => name.endsWith(".json"))
      .flatMap((name) => readJson<Staged>(join(directory, name)) ?? []);
  }

  /** Continues what an earlier run has left. */
  open(): void {
    for (const volume of this.all) void this.#attempt(volume, FIRST_RETRY_MS);
  }

  /** Writes it down at once, and calls the driver when what is under way is done. */
  begin(volume: Staged): void {
    writeWhole(this.#file(volume), JSON.stringify(volume));
    void this.#attempt(volume, FIRST_RETRY_MS);
  }

  /** The driver has unstaged it, or staged it again. */
  delete(volume: Staged): void {
    rmSync(this.#file(volume), { force: true });
  }

  has(volume: Staged): boolean {
    return namesIn(this.#options.directory).includes(fileName(volume));
  }

  close(): void {
    this.#isClosed = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  async #attempt(volume: Staged, retryMs: number): Promise<void> {
    const key = fileName(volume);
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
    const failure = await this.#options.unstage(volume).catch((error: Error) => error);
    if (failure === undefined || this.#isClosed) return;
    if (retryMs === FIRST_RETRY_MS)
      this.#options.log.warn(`volume ${volume.specVolID} cannot be unstaged, and is tried again: ${failure.message}`);
    const again = () => void this.#attempt(volume, Math.min(retryMs * 2, MAX_RETRY_MS));
    this.#timers.set(key, setTimeout(again, retryMs).unref());
  }

  #file(volume: Staged): string {
    return join(this.#options.directory, fileName(volume));
  }
}

const fileName = ({ driverName, volumeHandle }: Staged): string => `${sha256(`${driverName} ${volumeHandle}`)}.json`;
