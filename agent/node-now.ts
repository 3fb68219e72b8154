/** The current state of the node: what it found when it started, and what its parts have found since. */
import type { Node } from "../api/generated/core.v1.ts";
import type { AdmittingNode } from "./admission/predicates.ts";
import type { ObjectCache } from "./control-plane/objects.ts";
import type { Housekeeping } from "./housekeeping/housekeeping.ts";
import type { ClusterNetwork } from "./network/cluster-network.ts";
import type { NetworkKey } from "./network/overlay/network-key.ts";
import type { MachineNetwork } from "./node/machine-network.ts";
import { nodeAddresses } from "./node/node-addresses.ts";
import { allocatableOf, MAX_PODS, type NodeFacts, nodeLabels } from "./node/node-object.ts";
import { patchedResources } from "./node/patched-resources.ts";
import type { RuntimeHealth } from "./node/runtime-health.ts";
import type { Runtime } from "./runtime/runtime.ts";
import type { NodeShutdown } from "./shutdown/node-shutdown.ts";
import type { VendorDrivers } from "./vendor-drivers.ts";

export interface NodeSources {
  /** As of the agent's start. */
  readonly facts: NodeFacts;
  readonly machineNetwork: MachineNetwork;
  readonly objects: ObjectCache;
  readonly runtime: Runtime;
  readonly housekeeping: Housekeeping;
  readonly runtimeHealth: RuntimeHealth;
  readonly shutdown: NodeShutdown;
  readonly drivers: VendorDrivers;
  readonly networkKey: NetworkKey;
  /** Set once it is open. */
  readonly network: () => ClusterNetwork | undefined;
}

export class NodeNow {
  readonly #sources: NodeSources;
  readonly #labels: Readonly<Record<string, string>>;

  constructor(sources: NodeSources) {
    this.#sources = sources;
    this.#labels = nodeLabels(sources.facts);
  }

  /** By which the node is known. */
  get addresses(): readonly string[] {
    return nodeAddresses(this.#sources.machineNetwork.addresses, this.#object);
  }

  /** What its Node object is made of. */
  get facts(): NodeFacts {
    const { facts, networkKey, runtimeHealth, ...sources } = this.#sources;
    const { pressures, images } = sources.housekeeping;
    const { amounts: devices, csi } = sources.drivers;
    const open = sources.network();
    const network = open?.ways && { key: networkKey.publicKey, ways: open.ways };
    const notReady = runtimeHealth.trouble ?? open?.waiting ?? sources.shutdown.trouble;
    const { addresses } = this;
    return { ...facts, addresses, pressures, images, devices, volumesInUse: csi.inUse, network, notReady };
  }

  /** What pods may use of it. */
  get allocatable(): Readonly<Record<string, string>> {
    return allocatableOf({ ...this.#sources.facts, devices: this.#sources.drivers.amounts });
  }

  /** What admission of pods is based on; what others have written to its Node counts. */
  get admitting(): AdmittingNode {
    const { facts, runtime, drivers } = this.#sources;
    const node = this.#object;
    return {
      os: facts.machine.os,
      name: facts.name,
      labels: node?.metadata.labels ?? this.#labels,
      taints: node?.spec.taints ?? facts.taints,
      allocatable: { ...this.allocatable, ...patchedResources(node?.status ?? {}, drivers.amounts) },
      maxPods: MAX_PODS,
      appArmor: facts.machine.appArmor,
      strictGroups: runtime.features?.supplementalGroupsPolicy === true,
    };
  }

  get #object(): Node | undefined {
    return this.#sources.objects.get<Node>("nodes", "", this.#sources.facts.name);
  }
}
