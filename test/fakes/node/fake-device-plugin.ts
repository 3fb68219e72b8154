import { join } from "node:path";
import {
  credentials,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
} from "@grpc/grpc-js";
import { DEVICE_PLUGIN_PROTO } from "../../../agent/devices/device-plugin-proto.ts";
import { parseServices } from "./grpc-services.ts";

interface Asked {
  readonly container_requests: readonly { readonly devices_ids: readonly string[] }[];
}

/** A minimal device plugin: its devices are names; containers find theirs in `WIDGETS` and as `/dev/widget`. */
export class FakeDevicePlugin {
  readonly #directory: string;
  readonly #server = new Server();
  readonly #lists = new Set<ServerWritableStream<unknown, unknown>>();
  #devices: Record<string, boolean>;
  readonly allocated: string[][] = [];
  /** The device whose NUMA node is known. */
  nearNode1: string | undefined;

  readonly #endpoint: string;

  private constructor(directory: string, resource: string, devices: Record<string, boolean>) {
    this.#directory = directory;
    this.#endpoint = `${resource.replace("/", "_")}.sock`;
    this.#devices = devices;
  }

  /** Registers with the kubelet in the directory. */
  static async start(directory: string, resource: string, devices: Record<string, boolean>): Promise<FakeDevicePlugin> {
    const plugin = new FakeDevicePlugin(directory, resource, devices);
    await plugin.#serve();
    await plugin.#register(resource);
    return plugin;
  }

  async #serve(): Promise<void> {
    const { DevicePlugin } = parseServices(DEVICE_PLUGIN_PROTO);
    if (!DevicePlugin) throw new Error("no such service");
    this.#server.addService(DevicePlugin.service, {
      ListAndWatch: (list: ServerWritableStream<unknown, unknown>) => {
        this.#lists.add(list);
        list.write(this.#list());
      },
      Allocate: ({ request }: ServerUnaryCall<Asked, unknown>, done: sendUnaryData<unknown>) => {
        const container_responses = request.container_requests.map(({ devices_ids }) => {
          this.allocated.push([...devices_ids]);
          return {
            envs: { WIDGETS: devices_ids.join(",") },
            devices: [{ container_path: "/dev/widget", host_path: "/dev/null", permissions: "rw" }],
          };
        });
        done(null, { container_responses });
      },
    });
    await new Promise<void>((resolve, reject) => {
      const socket = `unix://${join(this.#directory, this.#endpoint)}`;
      this.#server.bindAsync(socket, ServerCredentials.createInsecure(), (error) =>
        error ? reject(error) : resolve(),
      );
    });
  }

  #register(resource: string): Promise<void> {
    const { Registration } = parseServices(DEVICE_PLUGIN_PROTO);
    if (!Registration) throw new Error("no such service");
    const client = new Registration(`unix://${join(this.#directory, "kubelet.sock")}`, credentials.createInsecure(), {
      "grpc.default_authority": "localhost",
    });
    return new Promise((resolve, reject) => {
      const request = { version: "v1beta1", endpoint: this.#endpoint, resource_name: resource };
      client.Register?.(request, (error: Error | null) => {
        client.close();
        if (error) reject(error);
        else resolve();
      });
    });
  }

  #list() {
    return {
      devices: Object.entries(this.#devices).map(([ID, healthy]) => ({
        ID,
        health: healthy ? "Healthy" : "Unhealthy",
        ...(ID === this.nearNode1 ? { topology: { nodes: [{ ID: 1 }] } } : {}),
      })),
    };
  }

  set(devices: Record<string, boolean>): void {
    this.#devices = devices;
    for (const list of this.#lists) list.write(this.#list());
  }

  stop(): void {
    this.#server.forceShutdown();
  }
}
