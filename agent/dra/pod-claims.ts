/**
 * The dynamic resources of this node's pods: prepared by their drivers before a pod starts, given to its containers as
 * CDI devices, and unprepared after the last pod that uses them. Written down before a driver is called, so that any
 * later agent can undo it.
 */

import type { Container, Pod, ResourceHealth, ResourceStatus } from "../../api/generated/core.v1.ts";
import type { ResourceClaim } from "../../api/generated/resource.v1.ts";
import { InTurnByKey } from "../../api/in-turn.ts";
import { readHeld } from "../files/read-held.ts";
import { writeWhole } from "../files/write-whole.ts";
import type { ClaimReference, DraDrivers, PreparedDevice } from "./dra-drivers.ts";

interface GivenDevice extends PreparedDevice {
  /** Absent: written by an agent that did not record it. */
  readonly driver?: string;
}

interface Held {
  readonly claim: ClaimReference;
  readonly drivers: readonly string[];
  readonly pods: readonly string[];
  /** Absent: not prepared yet, or not known to be. */
  readonly devices?: readonly GivenDevice[];
}

export interface PreparedClaim {
  readonly claim: ClaimReference;
  readonly devices: readonly GivenDevice[];
}

export interface ClaimsInUse {
  readonly total: number;
  readonly byDriver: ReadonlyMap<string, number>;
}

export interface PodClaimsOptions {
  readonly file: string;
  readonly drivers: Pick<DraDrivers, "find">;
  readonly claim: (namespace: string, name: string) => Promise<ResourceClaim | undefined>;
}

interface NamedClaim {
  /** The name used by the pod's containers. */
  readonly local: string;
  readonly name: string;
  /** Created for the pod from a template. */
  readonly owned: boolean;
}

/** Fails if a claim is yet to be created. */
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
  // No container names it: the pod's status says which containers have its devices.
  return [...named.flat(), ...(extended ? [{ local: "", name: extended.resourceClaimName, owned: false }] : [])];
}

/** Which requests of the pod's claims a container uses; "" for all of a claim. */
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

const keyOf = ({ namespace, name }: Pick<ClaimReference, "namespace" | "name">): string => `${namespace}/${name}`;

/** Without the subrequest that was chosen. */
const baseOf = (request: string): string => request.split("/", 1)[0] ?? request;

const idOf = ({ driver = "", pool_name, device_name, cdi_device_ids: [cdi] }: GivenDevice): string =>
  cdi ?? `${driver}/${pool_name}/${device_name}`;

export class PodClaims {
  readonly #options: PodClaimsOptions;
  #held: readonly Held[];
  /** By uid. */
  readonly #pods = new InTurnByKey<string>();
  /** By namespace and name: a driver that does not answer holds up only those who need it. */
  readonly #claims = new InTurnByKey<string>();

  constructor(options: PodClaimsOptions) {
    this.#options = options;
    this.#held = readHeld<Held>(options.file);
  }

  #find({ metadata }: Pod, name: string): Held | undefined {
    return this.#held.find(({ claim }) => claim.namespace === metadata.namespace && claim.name === name);
  }

  /** The uids of pods that have claims. */
  get uids(): readonly string[] {
    return [...new Set(this.#held.flatMap(({ pods }) => pods))];
  }

  /** How many claims are in use, by driver: one with devices of several drivers counts for each of them. */
  get inUse(): ClaimsInUse {
    const byDriver = new Map<string, number>();
    for (const driver of this.#held.flatMap(({ drivers }) => drivers))
      byDriver.set(driver, (byDriver.get(driver) ?? 0) + 1);
    return { total: this.#held.length, byDriver };
  }

  /** Prepares the pod's claims. Fails with the reason, in the kubelet's words. */
  prepare(pod: Pod): Promise<void> {
    const { namespace = "", uid = "" } = pod.metadata;
    return this.#pods.run(uid, async () => {
      for (const named of claimsOf(pod))
        await this.#claims.run(keyOf({ namespace, name: named.name }), () => this.#prepareOne(pod, named));
    });
  }

  async #prepareOne(pod: Pod, { name, owned }: NamedClaim): Promise<void> {
    const { namespace = "", name: podName = "", uid = "" } = pod.metadata;
    const before = this.#find(pod, name);
    if (before?.devices !== undefined && before.pods.includes(uid)) return;
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
    if (before !== undefined && before.claim.uid !== claim.uid)
      throw new Error(
        `old ResourceClaim with same name ${name} and different UID ${before.claim.uid} still exists (previous pod force-deleted?!)`,
      );
    const pods = [...new Set([...(before?.pods ?? []), uid])];
    const held = { claim, drivers, pods, ...(before?.devices && { devices: before.devices }) };
    this.#save(held);
    if (held.devices !== undefined) return;
    const devices: GivenDevice[] = [];
    for (const driver of ready)
      for (const device of await driver.prepare(claim)) devices.push({ ...device, driver: driver.name });
    this.#save({ ...held, devices });
  }

  /** The CDI names of the devices that a pod's container claims. */
  devicesOf(pod: Pod, container: Container): readonly string[] {
    return requestsOf(pod, container).flatMap(({ claim, request }) =>
      this.#given(pod, claim, request).flatMap(({ cdi_device_ids }) => cdi_device_ids),
    );
  }

  /** The prepared claims of a pod's container, each with all of its devices. */
  preparedFor(pod: Pod, container: Container): readonly PreparedClaim[] {
    // Before its claims exist, a pod has none.
    if (!this.uids.includes(pod.metadata.uid ?? "")) return [];
    const names = new Set(requestsOf(pod, container).map(({ claim }) => claim));
    return [...names].flatMap((name) => {
      const held = this.#find(pod, name);
      return held?.devices === undefined ? [] : [{ claim: held.claim, devices: held.devices }];
    });
  }

  /** `request` may be "": all of the claim. */
  #given(pod: Pod, claim: string, request: string): readonly GivenDevice[] {
    const devices = this.#find(pod, claim)?.devices ?? [];
    if (request === "") return devices;
    return devices.filter(
      ({ request_names: names }) => names.length === 0 || names.some((each) => baseOf(each) === baseOf(request)),
    );
  }

  /** The health of the devices that a pod's container claims. */
  healthOf(pod: Pod, { resources }: Container): readonly ResourceStatus[] {
    const requested = resources?.claims ?? [];
    if (requested.length === 0 || !this.uids.includes(pod.metadata.uid ?? "")) return [];
    const names = new Map(claimsOf(pod).map(({ local, name }) => [local, name]));
    return requested.flatMap(({ name: local, request = "" }) => {
      const devices = this.#given(pod, names.get(local) ?? "", request);
      // The kubelet identifies a device by its first CDI name, and lists each device once.
      const health = new Map(devices.map((device) => [idOf(device), this.#healthOf(device)]));
      if (health.size === 0) return [];
      const name = request === "" ? `claim:${local}` : `claim:${local}/${request}`;
      return [{ name, resources: [...health].map(([resourceID, health]) => ({ resourceID, ...health })) }];
    });
  }

  #healthOf(device: GivenDevice): Pick<ResourceHealth, "health" | "message"> {
    const driver = device.driver === undefined ? undefined : this.#options.drivers.find(device.driver);
    return driver?.healthOf(device) ?? { health: "Unknown" };
  }

  /** The uids of pods that have devices of the driver. */
  uidsOf(driver: string): readonly string[] {
    return [...new Set(this.#held.filter(({ drivers }) => drivers.includes(driver)).flatMap(({ pods }) => pods))];
  }

  /** The pod has ended. Fails if a driver fails, or is not there. */
  unprepare(uid: string): Promise<void> {
    return this.#pods.run(uid, async () => {
      for (const { claim } of this.#held.filter(({ pods }) => pods.includes(uid)))
        await this.#claims.run(keyOf(claim), () => this.#unprepareOne(claim.uid, uid));
    });
  }

  async #unprepareOne(claimUid: string, uid: string): Promise<void> {
    const held = this.#held.find(({ claim }) => claim.uid === claimUid);
    if (held === undefined) return;
    const pods = held.pods.filter((each) => each !== uid);
    if (pods.length > 0) {
      this.#save({ ...held, pods });
      return;
    }
    for (const name of held.drivers) {
      const driver = this.#options.drivers.find(name);
      if (driver === undefined) throw new Error(`unprepare dynamic resources: DRA driver ${name} is not registered`);
      await driver.unprepare(held.claim);
    }
    this.#write(this.#held.filter(({ claim }) => claim.uid !== claimUid));
  }

  #save(held: Held): void {
    this.#write([...this.#held.filter(({ claim }) => claim.uid !== held.claim.uid), held]);
  }

  #write(held: readonly Held[]): void {
    writeWhole(this.#options.file, JSON.stringify(held));
    this.#held = held;
  }
}
