/** What vendors add to a node: plugins for devices, and drivers for volumes. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Node, Pod } from "../api/generated/core.v1.ts";
import type { ApiClient } from "../client/api-client.ts";
import { type CsiDrivers, csiDrivers } from "./csi/csi-drivers.ts";
import { publishDrivers } from "./csi/csi-node-object.ts";
import type { CsiSources } from "./csi/csi-sources.ts";
import { CsiVolumes } from "./csi/csi-volumes.ts";
import { DeviceManager } from "./devices/device-manager.ts";
import { DevicePlugins } from "./devices/device-plugins.ts";
import { DeviceResources } from "./devices/device-resources.ts";
import type { DeviceSource } from "./devices/device-source.ts";
import { findGpus, thisMachine } from "./devices/machine-gpus.ts";
import { PodResources, type PodResourcesCount } from "./devices/pod-resources.ts";
import { type DraDrivers, draDrivers } from "./dra/dra-drivers.ts";
import { DriverSlices } from "./dra/driver-slices.ts";
import { PodClaims, type PodClaimsOptions } from "./dra/pod-claims.ts";
import type { Logger } from "./logger.ts";
import type { DeviceAmount } from "./node/node-object.ts";

/** Drivers run as pods that only start if these exist, and mount below them. */
const TARGETS = ["pods", "plugins"];

export interface VendorDriversOptions {
  /** Where they find the node: usually /var/lib/kubelet. */
  readonly kubeletDirectory: string;
  readonly dataDirectory: string;
  readonly nodeName: string;
  readonly client: ApiClient;
  readonly sources: CsiSources & { readonly resourceClaim: PodClaimsOptions["claim"] };
  /** Devices or drivers have changed. */
  readonly onChange: () => void;
  /** The health of devices of the pod with that uid has changed. */
  readonly onHealth: (uid: string) => void;
  /** Settles when the API has the Node's current state. */
  readonly register: () => Promise<void>;
  /** With the agent's status of each. */
  readonly pods: () => readonly Pod[];
  readonly log: Logger;
}

export class VendorDrivers {
  readonly #options: VendorDriversOptions;
  readonly #devicePlugins: DevicePlugins;
  readonly #csiDrivers: CsiDrivers;
  readonly devices: DeviceManager;
  readonly csi: CsiVolumes;
  readonly #draDrivers: DraDrivers;
  readonly #slices: DriverSlices;
  readonly claims: PodClaims;
  readonly #podResources: PodResources;
  #gpus: ReadonlyMap<string, DeviceSource> = new Map();
  readonly #deviceResources: DeviceResources;
  #hadDrivers = false;

  constructor(options: VendorDriversOptions) {
    this.#options = options;
    const { kubeletDirectory, dataDirectory, nodeName, client, sources, onChange, onHealth, register, log } = options;
    this.#devicePlugins = new DevicePlugins({ directory: join(kubeletDirectory, "device-plugins"), onChange, log });
    this.#deviceResources = new DeviceResources(join(dataDirectory, "device-resources.json"));
    this.devices = new DeviceManager({
      file: join(dataDirectory, "devices.json"),
      sources: () => new Map([...this.#gpus, ...this.#devicePlugins.sources]),
      resources: this.#deviceResources.names,
    });
    const registry = { directory: join(kubeletDirectory, "plugins_registry"), onChange, log };
    this.#csiDrivers = csiDrivers(registry);
    this.#draDrivers = draDrivers({
      ...registry,
      onChange: () => {
        this.#slices.changed();
        onChange();
      },
      onHealth: (driver) => {
        for (const uid of this.claims.uidsOf(driver)) onHealth(uid);
      },
    });
    this.#slices = new DriverSlices({
      client,
      nodeName,
      drivers: () => this.#draDrivers.all.filter(({ isLost }) => !isLost),
      log,
    });
    this.claims = new PodClaims({
      file: join(dataDirectory, "claims.json"),
      drivers: this.#draDrivers,
      claim: sources.resourceClaim,
    });
    this.#podResources = new PodResources({
      directory: join(kubeletDirectory, "pod-resources"),
      pods: options.pods,
      devices: this.devices,
      claims: this.claims,
    });
    this.csi = new CsiVolumes({
      directory: kubeletDirectory,
      node: nodeName,
      drivers: this.#csiDrivers,
      sources,
      onUse: register,
      log,
    });
  }

  async open(): Promise<void> {
    const { kubeletDirectory, log } = this.#options;
    const made = TARGETS.map((name) => mkdir(join(kubeletDirectory, name), { recursive: true, mode: 0o750 }));
    await Promise.all(made).catch((error) => log.warn(`drivers will not find the node: ${error.message}`));
    this.#gpus = await findGpus(thisMachine);
    await this.#csiDrivers.open().catch((error) => log.warn(`no CSI driver can register: ${error.message}`));
    this.csi.open();
    await this.#draDrivers.open().catch((error) => log.warn(`no DRA driver can register: ${error.message}`));
    this.#slices.open();
    await this.#devicePlugins.open().catch((error) => log.warn(`no device plugin can register: ${error.message}`));
    await this.#podResources.open().catch((error) => log.warn(`no pod resources: ${error.message}`));
  }

  /** A resource whose plugin is gone for good is 0, not absent: a patch would leave it as it was. */
  get amounts(): ReadonlyMap<string, DeviceAmount> {
    const amounts = new Map<string, DeviceAmount>(this.devices.amounts);
    this.#deviceResources.add(amounts.keys());
    for (const resource of this.#deviceResources.names)
      if (!amounts.has(resource)) amounts.set(resource, { capacity: 0, allocatable: 0 });
    return amounts;
  }

  /** Requests of the pod resources API. */
  get podResourcesCounts(): readonly PodResourcesCount[] {
    return this.#podResources.counts;
  }

  /** If there never was a driver, there is nothing to report. */
  async publish(node: Node): Promise<void> {
    const drivers = this.#csiDrivers.all;
    if (drivers.length === 0 && !this.#hadDrivers) return;
    this.#hadDrivers = true;
    await publishDrivers(this.#options.client, node, drivers);
  }

  close(): void {
    this.#devicePlugins.close();
    this.#podResources.close();
    this.#csiDrivers.close();
    this.csi.close();
    this.#draDrivers.close();
    this.#slices.close();
  }
}
