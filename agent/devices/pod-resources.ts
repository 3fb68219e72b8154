/**
 * The kubelet's pod resources API, at `pod-resources/kubelet.sock` of its directory: which container has which devices.
 * Exporters of GPU metrics and network plugins ask it.
 */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Pod } from "../../api/generated/core.v1.ts";
import type { PodClaims } from "../dra/pod-claims.ts";
import { GrpcCode, GrpcError } from "../grpc/grpc-error.ts";
import { ServiceMethods } from "../grpc/service-methods.ts";
import { UnaryServer } from "../grpc/unary-server.ts";
import { initContainersOf, isSidecar } from "../pod-spec/containers.ts";
import { isTerminal } from "../pod-spec/pod-phase.ts";
import type { DeviceManager, NamedDevice } from "./device-manager.ts";
import { podResourcesProto } from "./pod-resources-proto.ts";

const SOCKET = "kubelet.sock";

export interface PodResourcesOptions {
  /** Where clients look for the socket. */
  readonly directory: string;
  /** The node's pods, with the agent's status of each. */
  readonly pods: () => readonly Pod[];
  readonly devices: Pick<DeviceManager, "all" | "heldBy">;
  readonly claims: Pick<PodClaims, "preparedFor">;
}

/** A device near several NUMA nodes is listed once for each. */
const devicesOf = (devices: readonly NamedDevice[]) =>
  devices.flatMap(({ resource, id, numaNodes = [] }) => {
    const device = { resource_name: resource, device_ids: [id] };
    if (numaNodes.length === 0) return [device];
    return numaNodes.map((ID) => ({ ...device, topology: { nodes: [{ ID }] } }));
  });

type Version = "v1" | "v1alpha1";
type Handler = (request: never) => object;

export interface PodResourcesCount {
  readonly version: Version;
  readonly method: string;
  readonly requests: number;
  readonly errors: number;
}

const methodsOf = (version: Version) => new ServiceMethods(podResourcesProto(version), ["PodResourcesLister"]);

export class PodResources {
  readonly #options: PodResourcesOptions;
  readonly #server: UnaryServer;
  readonly #counts = new Map<string, PodResourcesCount>();

  constructor(options: PodResourcesOptions) {
    this.#options = options;
    const List = () => ({
      pod_resources: options
        .pods()
        .filter(({ status }) => !isTerminal(status.phase))
        .map((pod) => this.#resourcesOf(pod)),
    });
    const v1: Record<string, Handler> = {
      List,
      GetAllocatableResources: () => ({ devices: devicesOf(options.devices.all.filter(({ healthy }) => healthy)) }),
      Get: ({
        pod_name: name,
        pod_namespace: namespace,
      }: {
        readonly pod_name: string;
        readonly pod_namespace: string;
      }) => {
        const pod = options
          .pods()
          .findLast(({ metadata }) => metadata.name === name && metadata.namespace === namespace);
        if (pod === undefined) throw new GrpcError(GrpcCode.Unknown, `pod ${name} in namespace ${namespace} not found`);
        return { pod_resources: this.#resourcesOf(pod) };
      },
    };
    this.#server = new UnaryServer(methodsOf("v1"), this.#counting("v1", v1));
    this.#server.add(methodsOf("v1alpha1"), this.#counting("v1alpha1", { List }));
  }

  get counts(): readonly PodResourcesCount[] {
    return [...this.#counts.values()];
  }

  #counting(version: Version, handlers: Readonly<Record<string, Handler>>): Readonly<Record<string, Handler>> {
    const counted = Object.entries(handlers).map(([method, handler]) => {
      const count = (failed: boolean) => {
        const key = `${version} ${method}`;
        const { requests = 0, errors = 0 } = this.#counts.get(key) ?? {};
        this.#counts.set(key, { version, method, requests: requests + 1, errors: errors + Number(failed) });
      };
      const handle = (request: never) => {
        try {
          const answer = handler(request);
          count(false);
          return answer;
        } catch (error) {
          count(true);
          throw error;
        }
      };
      return [method, handle] as const;
    });
    return Object.fromEntries(counted);
  }

  #resourcesOf(pod: Pod) {
    const { devices, claims } = this.#options;
    const { name, namespace, uid = "" } = pod.metadata;
    return {
      name,
      namespace,
      containers: [...initContainersOf(pod).filter(isSidecar), ...pod.spec.containers].map((container) => ({
        name: container.name,
        devices: devicesOf(devices.heldBy(uid, container)),
        dynamic_resources: claims.preparedFor(pod, container).map(({ claim, devices }) => ({
          claim_name: claim.name,
          claim_namespace: claim.namespace,
          claim_resources: devices.map(({ driver, pool_name, device_name, cdi_device_ids }) => ({
            cdi_devices: cdi_device_ids.map((each) => ({ name: each })),
            driver_name: driver,
            pool_name,
            device_name,
          })),
        })),
      })),
    };
  }

  async open(): Promise<void> {
    const { directory } = this.#options;
    mkdirSync(directory, { recursive: true, mode: 0o750 });
    const socket = join(directory, SOCKET);
    rmSync(socket, { force: true });
    await this.#server.listen(socket);
  }

  close(): void {
    this.#server.close();
  }
}
