/**
 * Deletes a driver's ResourceSlices when the driver goes away: otherwise pods would be scheduled here for devices that
 * nobody prepares. The slices of a driver that is back in time, as after an update, stay.
 */
import type { ApiClient } from "../../client/api-client.ts";
import type { Logger } from "../logger.ts";

const RESOURCE = "resourceslices.resource.k8s.io";
/** The kubelet's grace period. */
const GONE_MS = 30_000;
const AGAIN_MS = { first: 1000, most: 300_000 };

export interface DriverSlicesOptions {
  readonly client: Pick<ApiClient, "deleteCollection">;
  readonly nodeName: string;
  readonly drivers: () => readonly { readonly name: string }[];
  readonly log: Logger;
}

export class DriverSlices {
  readonly #options: DriverSlicesOptions;
  /** Drivers that are there. */
  #seen: ReadonlySet<string> = new Set();
  /** Drivers that are gone, or whose slices may not have been deleted yet. */
  readonly #gone = new Map<string, NodeJS.Timeout>();

  constructor(options: DriverSlicesOptions) {
    this.#options = options;
  }

  /** Covers drivers that were there before this agent, and have not come back yet. */
  open(): void {
    this.#look();
    const others = [...this.#seen].map((driver) => `spec.driver!=${driver}`);
    this.#later(ANY, 0, others);
  }

  /** The set of drivers has changed. */
  changed(): void {
    const before = this.#seen;
    this.#look();
    for (const driver of before) if (!this.#seen.has(driver)) this.#later(driver, GONE_MS, [`spec.driver=${driver}`]);
  }

  #look(): void {
    this.#seen = new Set(this.#options.drivers().map(({ name }) => name));
    for (const driver of this.#seen) this.#cancelRemoval(driver);
  }

  #later(driver: string, delay: number, selected: readonly string[], wait = AGAIN_MS.first): void {
    const timer = setTimeout(async () => {
      const done = await this.#remove(selected);
      if (this.#gone.get(driver) !== timer) return;
      if (done) this.#gone.delete(driver);
      else this.#later(driver, wait, selected, Math.min(wait * 2, AGAIN_MS.most));
    }, delay);
    timer.unref();
    this.#gone.set(driver, timer);
  }

  /** Returns whether they are gone. */
  async #remove(selected: readonly string[]): Promise<boolean> {
    const { client, nodeName, log } = this.#options;
    const fieldSelector = [`spec.nodeName=${nodeName}`, ...selected].join(",");
    try {
      const deleted = await client.deleteCollection({ resource: RESOURCE }, {}, { fieldSelector });
      if (deleted.ok || deleted.status.code === 404) return true;
      if (deleted.status.code !== 401) log.warn(`ResourceSlices of ${fieldSelector} stay: ${deleted.status.message}`);
    } catch {
      // The control plane is away.
    }
    return false;
  }

  #cancelRemoval(driver: string): void {
    clearTimeout(this.#gone.get(driver));
    this.#gone.delete(driver);
  }

  close(): void {
    for (const driver of this.#gone.keys()) this.#cancelRemoval(driver);
  }
}

/** No driver has this name. */
const ANY = "";
