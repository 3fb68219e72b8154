/**
 * The kubelet's side of its device plugin API: vendors' plugins register at DIR/kubelet.sock, report which devices
 * there are, and what a container needs in order to use some. The machine's GPUs are found and counted without a
 * plugin, if they have none.
 */
import { chmodSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { GrpcCode, GrpcError } from "../grpc/grpc-error.ts";
import { ServiceMethods } from "../grpc/service-methods.ts";
import { UnaryServer } from "../grpc/unary-server.ts";
import { UnixService } from "../grpc/unix-service.ts";
import type { Logger } from "../logger.ts";
import { DEVICE_PLUGIN_PROTO } from "./device-plugin-proto.ts";
import type { Device, DeviceGrant, DeviceSource } from "./device-source.ts";

const VERSION = "v1beta1";
const SOCKET = "kubelet.sock";
const ALLOCATE_SECONDS = 60;
/**
 * After a plugin goes away its pods continue, and the kubelet waits this long before the node has none of its devices.
 */
const GRACE_MS = 300_000;

interface Registration {
  readonly version: string;
  readonly endpoint: string;
  readonly resource_name: string;
  readonly options: {
    readonly pre_start_required: boolean;
    readonly get_preferred_allocation_available: boolean;
  } | null;
}

interface List {
  readonly devices: readonly {
    readonly ID: string;
    readonly health: string;
    readonly topology: { readonly nodes: readonly { readonly ID: number }[] } | null;
  }[];
}

interface ContainerResponse {
  readonly envs: Readonly<Record<string, string>>;
  readonly mounts: readonly {
    readonly container_path: string;
    readonly host_path: string;
    readonly read_only: boolean;
  }[];
  readonly devices: readonly {
    readonly container_path: string;
    readonly host_path: string;
    readonly permissions: string;
  }[];
  readonly annotations: Readonly<Record<string, string>>;
  readonly cdi_devices: readonly { readonly name: string }[];
}

export interface DevicePluginsOptions {
  /** Where plugins find the kubelet. */
  readonly directory: string;
  /** The devices have changed. */
  readonly onChange: () => void;
  readonly log: Logger;
}

class Plugin implements DeviceSource {
  readonly #service: UnixService;
  readonly #registration: Registration;
  devices: readonly Device[] = [];

  constructor(socket: string, registration: Registration) {
    this.#service = new UnixService(DEVICE_PLUGIN_PROTO, ["DevicePlugin"], socket);
    this.#registration = registration;
  }

  /** Calls back with each list of devices; settles when the plugin is gone. */
  watch(onList: () => void): Promise<void> {
    return new Promise((resolve) => {
      this.#service.follow<List>(
        "ListAndWatch",
        {},
        {
          onMessage: ({ devices }) => {
            this.devices = devices.map(({ ID, health, topology }) => ({
              id: ID,
              healthy: health === "Healthy",
              ...(topology && { numaNodes: topology.nodes.map((node) => node.ID) }),
            }));
            onList();
          },
          onEnd: () => resolve(),
        },
      );
    });
  }

  async prefer(available: readonly string[], count: number): Promise<readonly string[]> {
    if (this.#registration.options?.get_preferred_allocation_available !== true) return [];
    const requested = { available_deviceIDs: available, must_include_deviceIDs: [], allocation_size: count };
    const response = await this.#service.call<{ container_responses: readonly { deviceIDs: readonly string[] }[] }>(
      "GetPreferredAllocation",
      { container_requests: [requested] },
      ALLOCATE_SECONDS,
    );
    return response.container_responses[0]?.deviceIDs ?? [];
  }

  async grant(ids: readonly string[]): Promise<DeviceGrant> {
    const { container_responses } = await this.#service.call<{ container_responses: readonly ContainerResponse[] }>(
      "Allocate",
      { container_requests: [{ devices_ids: ids }] },
      ALLOCATE_SECONDS,
    );
    const [response] = container_responses;
    return {
      env: response?.envs ?? {},
      mounts: (response?.mounts ?? []).map(({ container_path, host_path, read_only }) => ({
        containerPath: container_path,
        hostPath: host_path,
        readOnly: read_only,
        propagation: "private",
      })),
      devices: (response?.devices ?? []).map(({ container_path, host_path, permissions }) => ({
        containerPath: container_path,
        hostPath: host_path,
        permissions,
      })),
      annotations: response?.annotations ?? {},
      cdiDevices: (response?.cdi_devices ?? []).map(({ name }) => name),
    };
  }

  async beforeStart(ids: readonly string[]): Promise<void> {
    if (this.#registration.options?.pre_start_required !== true) return;
    await this.#service.call("PreStartContainer", { devices_ids: ids }, ALLOCATE_SECONDS);
  }

  close(): void {
    this.#service.close();
  }
}

export class DevicePlugins {
  readonly #options: DevicePluginsOptions;
  readonly #server: UnaryServer;
  readonly #plugins = new Map<string, Plugin>();
  #closed = false;

  constructor(options: DevicePluginsOptions) {
    this.#options = options;
    this.#server = new UnaryServer(new ServiceMethods(DEVICE_PLUGIN_PROTO, ["Registration"]), {
      Register: (registration: Registration) => this.#register(registration),
    });
  }

  /** By resource name. */
  get sources(): ReadonlyMap<string, DeviceSource> {
    return this.#plugins;
  }

  async open(): Promise<void> {
    const { directory } = this.#options;
    mkdirSync(directory, { recursive: true, mode: 0o755 });
    const socket = join(directory, SOCKET);
    // Plugins watch the socket: recreating it makes them register again.
    rmSync(socket, { force: true });
    await this.#server.listen(socket);
    chmodSync(socket, 0o600);
  }

  #register(registration: Registration): object {
    const { version, resource_name: resource, endpoint } = registration;
    if (version !== VERSION) throw new GrpcError(GrpcCode.InvalidArgument, `version ${version} is not ${VERSION}`);
    if (!/^[^/]+\/[^/]+$/.test(resource) || /[/\0]|^\.\.?$/.test(endpoint))
      throw new GrpcError(GrpcCode.InvalidArgument, `no extended resource: ${resource}`);
    void this.#follow(registration);
    return {};
  }

  async #follow(registration: Registration): Promise<void> {
    const { directory, onChange, log } = this.#options;
    const { resource_name: resource, endpoint } = registration;
    this.#plugins.get(resource)?.close();
    const plugin = new Plugin(join(directory, endpoint), registration);
    this.#plugins.set(resource, plugin);
    await plugin.watch(onChange);
    plugin.close();
    if (this.#plugins.get(resource) !== plugin || this.#closed) return;
    log.warn(`the device plugin of ${resource} is gone; the node offers none until it registers again`);
    plugin.devices = plugin.devices.map((device) => ({ ...device, healthy: false }));
    onChange();
    setTimeout(() => {
      if (this.#plugins.get(resource) !== plugin || this.#closed) return;
      this.#plugins.delete(resource);
      onChange();
    }, GRACE_MS).unref();
  }

  close(): void {
    this.#closed = true;
    for (const plugin of this.#plugins.values()) plugin.close();
    this.#server.close();
  }
}
