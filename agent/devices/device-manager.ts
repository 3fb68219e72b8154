/**
 * Which container has which devices. It is written down before a container starts, so that an agent that starts anew gives no device
 * away twice, and a container that restarts has its own again.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Container } from "../../api/generated/core.v1.ts";
import { ConfigError } from "../pod/env.ts";
import type { DeviceGrant, DeviceSource } from "./device-source.ts";

interface Held {
  readonly pod: string;
  readonly container: string;
  readonly resource: string;
  readonly ids: readonly string[];
  readonly grant: DeviceGrant;
}

export interface DeviceManagerOptions {
  /** Where it is written down. */
  readonly file: string;
  readonly sources: () => ReadonlyMap<string, DeviceSource>;
}

const NOTHING: DeviceGrant = { env: {}, mounts: [], devices: [], annotations: {}, cdiDevices: [] };

export class DeviceManager {
  readonly #options: DeviceManagerOptions;
  #held: readonly Held[];
  /** One after the other: two containers must not choose the same. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: DeviceManagerOptions) {
    this.#options = options;
    this.#held = readHeld(options.file);
  }

  /** Of each resource, how many there are, and how many of them can be given. */
  get amounts(): ReadonlyMap<string, { readonly capacity: number; readonly allocatable: number }> {
    return new Map(
      [...this.#options.sources()].map(([resource, { devices }]) => [
        resource,
        { capacity: devices.length, allocatable: devices.filter(({ healthy }) => healthy).length },
      ]),
    );
  }

  /** What the container gets with the devices that it asks for; fails with {@link ConfigError}. */
  give(pod: string, container: Container): Promise<DeviceGrant> {
    const given = this.#turn.then(() => this.#give(pod, container));
    this.#turn = given.catch(() => {});
    return given;
  }

  async #give(pod: string, { name, resources }: Container): Promise<DeviceGrant> {
    let all = NOTHING;
    for (const [resource, quantity] of Object.entries(resources?.limits ?? {})) {
      const known = this.#held.find(
        (held) => held.pod === pod && held.container === name && held.resource === resource,
      );
      const source = this.#options.sources().get(resource);
      const count = Number(quantity);
      // What nobody here has devices of is only a number.
      if ((source === undefined && known === undefined) || count === 0) continue;
      const held = known ?? (source && (await this.#choose({ pod, container: name, resource }, source, count)));
      if (held === undefined) continue;
      await source?.beforeStart(held.ids).catch((error) => {
        throw new ConfigError(`device plugin PreStartContainer rpc failed with err: ${(error as Error).message}`);
      });
      all = together(all, held.grant);
    }
    return all;
  }

  async #choose(
    whose: Pick<Held, "pod" | "container" | "resource">,
    source: DeviceSource,
    count: number,
  ): Promise<Held> {
    const taken = new Set(this.#held.filter(({ resource }) => resource === whose.resource).flatMap(({ ids }) => ids));
    const free = source.devices.filter(({ id, healthy }) => healthy && !taken.has(id)).map(({ id }) => id);
    if (free.length < count)
      throw new ConfigError(
        `requested number of devices unavailable for ${whose.resource}. Requested: ${count}, Available: ${free.length}`,
      );
    try {
      const preferred = (await source.prefer(free, count)).filter((id) => free.includes(id));
      const ids = [...new Set([...preferred, ...free])].slice(0, count);
      const held = { ...whose, ids, grant: await source.grant(ids) };
      this.#hold([...this.#held, held]);
      return held;
    } catch (error) {
      throw new ConfigError(`Allocate failed due to ${(error as Error).message}, which is unexpected`);
    }
  }

  /** The pod has ended. */
  free(pod: string): void {
    if (this.#held.some((held) => held.pod === pod)) this.#hold(this.#held.filter((held) => held.pod !== pod));
  }

  #hold(held: readonly Held[]): void {
    const { file } = this.#options;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.new`, JSON.stringify(held), { mode: 0o600 });
    renameSync(`${file}.new`, file);
    this.#held = held;
  }
}

const together = (a: DeviceGrant, b: DeviceGrant): DeviceGrant => ({
  env: { ...a.env, ...b.env },
  mounts: [...a.mounts, ...b.mounts],
  devices: [...a.devices, ...b.devices],
  annotations: { ...a.annotations, ...b.annotations },
  cdiDevices: [...a.cdiDevices, ...b.cdiDevices],
});

function readHeld(file: string): readonly Held[] {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as readonly Held[];
  } catch {
    return [];
  }
}
