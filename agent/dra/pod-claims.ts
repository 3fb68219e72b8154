/**
 * The dynamic resources of this node's pods: made ready by their drivers before a pod starts, given to its containers
 * as CDI devices, and taken back after the last pod that has them. It is written down before a driver is called, so
 * that any later agent can undo it.
 */

import type { Container, Pod, ResourceHealth, ResourceStatus } from "../../api/generated/core.v1.ts";
import type { ResourceClaim } from "../../api/generated/resource.v1.ts";
import { InTurn } from "../../api/in-turn.ts";
import { readHeld } from "../files/read-held.ts";
import { writeWhole } from "../files/write-whole.ts";
import type { ClaimReference, DraDrivers, PreparedDevice } from "./dra-drivers.ts";

interface GivenDevice extends PreparedDevice {
  /** Absent: of an agent that did not write it down. */
  readonly driver?: string;
}

interface Held {
  readonly claim: ClaimReference;
  readonly drivers: readonly string[];
  readonly pods: readonly string[];
  /** Absent: not made ready yet, or not known to be. */
  readonly devices?: readonly GivenDevice[];
}

export interface PodClaimsOptions {
  readonly file: string;
  readonly drivers: DraDrivers;
  readonly claim: (namespace: string, name: string) => Promise<ResourceClaim | undefined>;
}

interface NamedClaim {
  /** As the pod's containers name it. */
  readonly local: string;
  readonly name: string;
  /** Made for the pod, from a template. */
  readonly owned: boolean;
}

/** Fails where a claim is still to be made. */
function claimsOf({ metadata, spec, status }: Pod): NamedClaim[] {
  const named = (spec.resourceClaims ?? []).map(
    ({ name: local, resourceClaimName, resourceClaimTemplateName }): NamedClaim[] => {
      if (resourceClaimName !== undefined) return [{ local, name: resourceClaimName, owned: false }];
      if (resourceClaimTemplateName === undefined) return [];
      const made = status.resourceClaimStatuses?.find((each) => each.name === local);
      if (made === undefined)
        throw new Error(`pod "${metadata.namespace}/${metadata.name}": ResourceClaim not created yet`);
      return made.resourceClaimName === undefined ? [] : [{ local, name: made.resourceClaimName, owned: true }];
    },
  );
  const extended = status.extendedResourceClaimStatus;
  // No container names it: which are its devices the pod's status says.
  return [...named.flat(), ...(extended ? [{ local: "", name: extended.resourceClaimName, owned: false }] : [])];
}

/** What a container asks of the pod's claims; "" for all of one. */
function requestsOf(pod: Pod, { name, resources }: Container): { readonly claim: string; readonly request: string }[] {
  const names = new Map(claimsOf(pod).map(({ local, name }) => [local, name]));
  const { requestMappings = [], resourceClaimName = "" } = pod.status.extendedResourceClaimStatus ?? {};
  return [
    ...(resources?.claims ?? []).map(({ name: local, request = "" }) => ({ claim: names.get(local) ?? "", request })),
    ...requestMappings
      .filter(({ containerName }) => containerName === name)
      .map(({ requestName }) => ({ claim: resourceClaimName, request: requestName })),
  ];
}

/** A request's alternatives stand for it. */
const baseOf = (request: string): string => request.split("/", 1)[0] ?? request;

const idOf = ({ driver = "", pool_name, device_name, cdi_device_ids: [cdi] }: GivenDevice): string =>
  cdi ?? `${driver}/${pool_name}/${device_name}`;

export class PodClaims {
  readonly #options: PodClaimsOptions;
  #held: readonly Held[];
  readonly #turns = new InTurn();

  constructor(options: PodClaimsOptions) {
    this.#options = options;
    this.#held = readHeld<Held>(options.file);
  }

  #find({ metadata }: Pod, name: string): Held | undefined {
    return this.#held.find(({ claim }) => claim.namespace === metadata.namespace && claim.name === name);
  }

  /** Of the pods that have claims. */
  get uids(): readonly string[] {
    return [...new Set(this.#held.flatMap(({ pods }) => pods))];
  }

  /** Makes ready what the pod claims. Fails with why it is not, in the kubelet's words. */
  prepare(pod: Pod): Promise<void> {
    return this.#turns.run(async () => {
      const { uid = "" } = pod.metadata;
      for (const named of claimsOf(pod)) {
        const known = this.#find(pod, named.name);
        if (known?.devices !== undefined && known.pods.includes(uid)) continue;
        await this.#prepareOne(pod, named);
      }
    });
  }

  async #prepareOne(pod: Pod, { name, owned }: NamedClaim): Promise<void> {
    const { namespace = "", name: podName = "", uid = "" } = pod.metadata;
    const found = await this.#options.claim(namespace, name);
    if (found === undefined)
      throw new Error(`fetch ResourceClaim ${name}: resourceclaims.resource.k8s.io "${name}" not found`);
    const claim = { namespace, name, uid: found.metadata.uid ?? "" };
    if (owned && !found.metadata.ownerReferences?.some((owner) => owner.controller === true && owner.uid === uid))
      throw new Error(
        `ResourceClaim ${namespace}/${name} was not created for pod ${namespace}/${podName} (pod is not owner)`,
      );
    if (!found.status.reservedFor?.some((user) => user.resource === "pods" && user.uid === uid))
      throw new Error(`pod ${podName} (${uid}) is not allowed to use ResourceClaim ${name} (${claim.uid})`);
    const results = found.status.allocation?.devices?.results ?? [];
    const drivers = [...new Set(results.map(({ driver }) => driver))];
    const ready = drivers.map((driver) => {
      const plugin = this.#options.drivers.find(driver);
      if (plugin === undefined) throw new Error(`DRA driver ${driver} is not registered`);
      return plugin;
    });
    const before = this.#find(pod, name);
    if (before !== undefined && before.claim.uid !== claim.uid)
      throw new Error(
        `old ResourceClaim with same name ${name} and different UID ${before.claim.uid} still exists (previous pod force-deleted?!)`,
      );
    const pods = [...new Set([...(before?.pods ?? []), uid])];
    const held = { claim, drivers, pods, ...(before?.devices && { devices: before.devices }) };
    this.#keep(held);
    if (held.devices !== undefined) return;
    const devices: GivenDevice[] = [];
    for (const driver of ready)
      for (const device of await driver.prepare(claim)) devices.push({ ...device, driver: driver.name });
    this.#keep({ ...held, devices });
  }

  /** The CDI names of what a container of the pod claims. */
  devicesOf(pod: Pod, container: Container): readonly string[] {
    return requestsOf(pod, container).flatMap(({ claim, request }) =>
      this.#given(pod, claim, request).flatMap(({ cdi_device_ids }) => cdi_device_ids),
    );
  }

  /** `request` may be "": all of the claim. */
  #given(pod: Pod, claim: string, request: string): readonly GivenDevice[] {
    const devices = this.#find(pod, claim)?.devices ?? [];
    if (request === "") return devices;
    return devices.filter(
      ({ request_names: names }) => names.length === 0 || names.some((each) => baseOf(each) === baseOf(request)),
    );
  }

  /** How the devices are that a container of the pod claims. */
  healthOf(pod: Pod, { resources }: Container): readonly ResourceStatus[] {
    const asked = resources?.claims ?? [];
    if (asked.length === 0 || !this.uids.includes(pod.metadata.uid ?? "")) return [];
    const names = new Map(claimsOf(pod).map(({ local, name }) => [local, name]));
    return asked.flatMap(({ name: local, request = "" }) => {
      const devices = this.#given(pod, names.get(local) ?? "", request);
      // The kubelet names a device by the first name that container runtimes know it by, and tells each once.
      const told = new Map(devices.map((device) => [idOf(device), this.#healthOf(device)]));
      if (told.size === 0) return [];
      const name = request === "" ? `claim:${local}` : `claim:${local}/${request}`;
      return [{ name, resources: [...told].map(([resourceID, health]) => ({ resourceID, ...health })) }];
    });
  }

  #healthOf(device: GivenDevice): Pick<ResourceHealth, "health" | "message"> {
    const driver = device.driver === undefined ? undefined : this.#options.drivers.find(device.driver);
    return driver?.healthOf(device) ?? { health: "Unknown" };
  }

  /** Of the pods that have devices of the driver. */
  uidsOf(driver: string): readonly string[] {
    return [...new Set(this.#held.filter(({ drivers }) => drivers.includes(driver)).flatMap(({ pods }) => pods))];
  }

  /** The pod has ended. Fails where a driver does not let go, or is not there. */
  unprepare(uid: string): Promise<void> {
    return this.#turns.run(async () => {
      for (const held of this.#held.filter(({ pods }) => pods.includes(uid))) {
        const pods = held.pods.filter((each) => each !== uid);
        if (pods.length > 0) {
          this.#keep({ ...held, pods });
          continue;
        }
        for (const name of held.drivers) {
          const driver = this.#options.drivers.find(name);
          if (driver === undefined)
            throw new Error(`unprepare dynamic resources: DRA driver ${name} is not registered`);
          await driver.unprepare(held.claim);
        }
        this.#write(this.#held.filter(({ claim }) => claim.uid !== held.claim.uid));
      }
    });
  }

  #keep(held: Held): void {
    this.#write([...this.#held.filter(({ claim }) => claim.uid !== held.claim.uid), held]);
  }

  #write(held: readonly Held[]): void {
    writeWhole(this.#options.file, JSON.stringify(held));
    this.#held = held;
  }
}
