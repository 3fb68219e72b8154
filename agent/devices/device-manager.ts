/**
 * Which container has which devices. Written down before a container starts, so that a restarted agent allocates no
 * device twice, and a restarted container gets its own devices again.
 */

import { errorMessage } from "../../api/error-message.ts";
import type { Container, Pod, ResourceStatus } from "../../api/generated/core.v1.ts";
import { InTurn } from "../../api/in-turn.ts";
import { withoutClaimed } from "../dra/claimed-resources.ts";
import { readHeld } from "../files/read-held.ts";
import { writeWhole } from "../files/write-whole.ts";
import { ConfigError } from "../pod-spec/config-error.ts";
import { isSidecar } from "../pod-spec/containers.ts";
import type { Device, DeviceGrant, DeviceSource } from "./device-source.ts";

interface Held {
  readonly pod: string;
  readonly container: string;
  readonly resource: string;
  readonly ids: readonly string[];
  readonly grant: DeviceGrant;
  /** The container ends before the pod's other containers start, which may reuse its devices. */
  readonly passesOn?: boolean;
}

export interface NamedDevice extends Device {
  readonly resource: string;
}

export interface DeviceManagerOptions {
  /** Where allocations are written down. */
  readonly file: string;
  readonly sources: () => ReadonlyMap<string, DeviceSource>;
  /** Resources that are devices, whether their source is there or not. */
  readonly resources: ReadonlySet<string>;
}

/** In place of a source that is not there (any more). */
const GONE: DeviceSource = {
  devices: [],
  prefer: async () => [],
  grant: () => Promise.reject(new Error("its device plugin is gone")),
  beforeStart: async () => {},
};

const NOTHING: DeviceGrant = { env: {}, mounts: [], devices: [], annotations: {}, cdiDevices: [] };

export class DeviceManager {
  readonly #options: DeviceManagerOptions;
  #held: readonly Held[];
  /** Serialised: two containers must not choose the same device. */
  readonly #turns = new InTurn();

  constructor(options: DeviceManagerOptions) {
    this.#options = options;
    this.#held = readHeld<Held>(options.file);
  }

  /** For each resource, how many there are, and how many of them can be allocated. */
  get amounts(): ReadonlyMap<string, { readonly capacity: number; readonly allocatable: number }> {
    return new Map(
      [...this.#options.sources()].map(([resource, { devices }]) => [
        resource,
        { capacity: devices.length, allocatable: devices.filter(({ healthy }) => healthy).length },
      ]),
    );
  }

  get all(): readonly NamedDevice[] {
    return [...this.#options.sources()].flatMap(([resource, { devices }]) =>
      devices.map((device) => ({ ...device, resource })),
    );
  }

  /** The uids of pods that have devices. */
  get uids(): readonly string[] {
    return [...new Set(this.#held.map(({ pod }) => pod))];
  }

  /** Reserves what all containers of the pod request; fails with {@link ConfigError}. */
  setAside(pod: Pod): Promise<void> {
    const { metadata, spec } = withoutClaimed(pod);
    const { uid = "" } = metadata;
    return this.#turns.run(async () => {
      for (const container of spec.initContainers ?? [])
        await this.#hold(uid, container, { passesOn: !isSidecar(container) });
      for (const container of spec.containers) await this.#hold(uid, container);
    });
  }

  /** What the container, which is about to start, gets with its devices; fails with {@link ConfigError}. */
  give(pod: string, container: Container): Promise<DeviceGrant> {
    return this.#turns.run(() => this.#give(pod, container));
  }

  async #give(pod: string, container: Container): Promise<DeviceGrant> {
    const held = await this.#hold(pod, container);
    for (const { resource, ids } of held)
      await this.#options
        .sources()
        .get(resource)
        ?.beforeStart(ids)
        .catch((error) => {
          throw new ConfigError(`device plugin PreStartContainer rpc failed with err: ${errorMessage(error)}`);
        });
    return held.reduce((all, { grant }) => mergedGrant(all, grant), NOTHING);
  }

  async #hold(pod: string, { name, resources }: Container, { passesOn = false } = {}): Promise<readonly Held[]> {
    const all: Held[] = [];
    for (const [resource, quantity] of Object.entries(resources?.limits ?? {})) {
      const known = this.#held.find(
        (held) => held.pod === pod && held.container === name && held.resource === resource,
      );
      const { sources, resources: devices } = this.#options;
      const source = sources().get(resource) ?? (devices.has(resource) ? GONE : undefined);
      const count = Number(quantity);
      // A resource without devices here is just a number.
      if ((source === undefined && known === undefined) || count === 0) continue;
      const whose = { pod, container: name, resource, ...(passesOn ? { passesOn } : {}) };
      const held = known ?? (source && (await this.#choose(whose, source, count)));
      if (held !== undefined) all.push(held);
    }
    return all;
  }

  async #choose(whose: Omit<Held, "ids" | "grant">, source: DeviceSource, count: number): Promise<Held> {
    const same = this.#held.filter(({ resource }) => resource === whose.resource);
    const passedOn = same.filter(({ pod, passesOn }) => pod === whose.pod && passesOn === true);
    const taken = new Set(same.filter((held) => !passedOn.includes(held)).flatMap(({ ids }) => ids));
    const before = new Set(passedOn.flatMap(({ ids }) => ids));
    const free = source.devices
      .filter(({ id, healthy }) => healthy && !taken.has(id))
      .map(({ id }) => id)
      .sort((a, b) => Number(before.has(b)) - Number(before.has(a)));
    if (free.length < count)
      throw new ConfigError(
        `requested number of devices unavailable for ${whose.resource}. Requested: ${count}, Available: ${free.length}`,
      );
    try {
      const again = free.filter((id) => before.has(id)).slice(0, count);
      const preferred = again.length === count ? [] : await source.prefer(free, count);
      const ids = [...new Set([...again, ...preferred.filter((id) => free.includes(id)), ...free])].slice(0, count);
      const held = { ...whose, ids, grant: await source.grant(ids) };
      this.#save([...this.#held, held]);
      return held;
    } catch (error) {
      throw new ConfigError(errorMessage(error));
    }
  }

  #heldOf(pod: string, { name }: Pick<Container, "name">): readonly Held[] {
    return this.#held.filter((held) => held.pod === pod && held.container === name);
  }

  /** The devices of a pod's container; one that nobody lists any more is not healthy. */
  heldBy(pod: string, container: Pick<Container, "name">): readonly NamedDevice[] {
    const sources = this.#options.sources();
    return this.#heldOf(pod, container).flatMap(({ resource, ids }) =>
      ids.map((id) => ({
        ...(sources.get(resource)?.devices.find((device) => device.id === id) ?? { id, healthy: false }),
        resource,
      })),
    );
  }

  /** The health of the devices of a pod's container. */
  healthOf(pod: string, container: Container): readonly ResourceStatus[] {
    return this.#heldOf(pod, container).map(({ resource, ids }) => {
      const source = this.#options.sources().get(resource);
      const health = (id: string) => {
        // The plugin has been gone for long, and nobody else knows.
        if (source === undefined) return "Unknown";
        return source.devices.find((device) => device.id === id)?.healthy === true ? "Healthy" : "Unhealthy";
      };
      return { name: resource, resources: ids.map((id) => ({ resourceID: id, health: health(id) })) };
    });
  }

  /** The pod has ended. */
  free(pod: string): void {
    if (this.#held.some((held) => held.pod === pod)) this.#save(this.#held.filter((held) => held.pod !== pod));
  }

  #save(held: readonly Held[]): void {
    writeWhole(this.#options.file, JSON.stringify(held));
    this.#held = held;
  }
}

const mergedGrant = (a: DeviceGrant, b: DeviceGrant): DeviceGrant => ({
  env: { ...a.env, ...b.env },
  mounts: [...a.mounts, ...b.mounts],
  devices: [...a.devices, ...b.devices],
  annotations: { ...a.annotations, ...b.annotations },
  cdiDevices: [...a.cdiDevices, ...b.cdiDevices],
});
