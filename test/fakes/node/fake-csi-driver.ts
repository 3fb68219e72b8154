import { execFileSync } from "node:child_process";
import { mkdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData, status } from "@grpc/grpc-js";
import { CSI_PROTO } from "../../../agent/csi/csi-proto.ts";
import { isMountPoint } from "../../../agent/mounts/mounts.ts";
import { REGISTRATION_PROTO } from "../../../agent/plugins/registration-proto.ts";
import { parseServices } from "./grpc-services.ts";

export interface VolumeCall {
  readonly call: string;
  readonly volume_id: string;
  readonly staging_target_path?: string;
  readonly target_path?: string;
  readonly readonly?: boolean;
  readonly volume_path?: string;
  readonly capacity_range?: { readonly required_bytes: number };
  readonly publish_context?: Readonly<Record<string, string>>;
  readonly volume_context?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly volume_capability?: { readonly access_mode: { readonly mode: string } };
}

const CAPABILITIES = ["STAGE_UNSTAGE_VOLUME", "EXPAND_VOLUME", "GET_VOLUME_STATS"];

export interface FakeCsiOptions {
  /** The kubelet's directory. */
  readonly directory: string;
  readonly name: string;
  /** Publishes by mounting, like real drivers; needs root. */
  readonly mounts?: boolean;
}

/** A minimal node plugin of a CSI driver: a volume is a directory beside the driver's socket. */
export class FakeCsiDriver {
  readonly #options: FakeCsiOptions;
  readonly #server = new Server();
  readonly #socket: string;
  readonly calls: VolumeCall[] = [];
  /** The node's report about the registration. */
  readonly registered: Promise<{ readonly plugin_registered: boolean; readonly error: string }>;
  #told: (told: { readonly plugin_registered: boolean; readonly error: string }) => void = () => {};
  /** Fails the next calls of that name. */
  failing: string | undefined;

  private constructor(options: FakeCsiOptions) {
    this.#options = options;
    this.#socket = join(options.directory, "plugins_registry", `${options.name}-reg.sock`);
    this.registered = new Promise((resolve) => {
      this.#told = resolve;
    });
  }

  static async start(options: FakeCsiOptions): Promise<FakeCsiDriver> {
    const driver = new FakeCsiDriver(options);
    driver.#serve();
    const hidden = join(options.directory, "plugins_registry", `.${options.name}.starting`);
    await new Promise<void>((resolve, reject) => {
      const credentials = ServerCredentials.createInsecure();
      driver.#server.bindAsync(`unix://${hidden}`, credentials, (error) => (error ? reject(error) : resolve()));
    });
    // Replaces the socket of a crashed one atomically, so that there always is one.
    renameSync(hidden, driver.#socket);
    return driver;
  }

  #serve(): void {
    const { Registration } = parseServices(REGISTRATION_PROTO);
    const { Node } = parseServices(CSI_PROTO);
    if (!Registration || !Node) throw new Error("no such service");
    const answering = (answer: object) => (_: unknown, done: sendUnaryData<object>) => done(null, answer);
    this.#server.addService(Registration.service, {
      GetInfo: answering({
        type: "CSIPlugin",
        name: this.#options.name,
        endpoint: this.#socket,
        supported_versions: ["1.0.0"],
      }),
      NotifyRegistrationStatus: (
        { request }: ServerUnaryCall<{ plugin_registered: boolean; error: string }, object>,
        done: sendUnaryData<object>,
      ) => {
        this.#told(request);
        done(null, {});
      },
    });
    this.#server.addService(Node.service, {
      NodeGetInfo: answering({
        node_id: "fake-node",
        max_volumes_per_node: 7,
        accessible_topology: { segments: { "topology.fake/rack": "r1" } },
      }),
      NodeGetCapabilities: answering({ capabilities: CAPABILITIES.map((type) => ({ rpc: { type } })) }),
      NodeStageVolume: this.#volumeCall("NodeStageVolume"),
      NodeUnstageVolume: this.#volumeCall("NodeUnstageVolume"),
      NodePublishVolume: this.#volumeCall("NodePublishVolume"),
      NodeUnpublishVolume: this.#volumeCall("NodeUnpublishVolume"),
      NodeExpandVolume: this.#volumeCall("NodeExpandVolume"),
      NodeGetVolumeStats: answering({ usage: [{ unit: "BYTES", total: 100, used: 30, available: 70 }] }),
    });
  }

  #volumeCall(call: string) {
    return ({ request }: ServerUnaryCall<Omit<VolumeCall, "call">, object>, done: sendUnaryData<object>) => {
      this.calls.push({ call, ...request });
      if (this.failing === call) return done({ code: status.INTERNAL, details: `${call} fails` });
      if (this.#options.mounts) this.#mount(call, request);
      done(null, {});
    };
  }

  #mount(call: string, { volume_id, target_path = "" }: Omit<VolumeCall, "call">): void {
    const source = join(this.#options.directory, "fake", volume_id);
    if (call === "NodePublishVolume") {
      mkdirSync(source, { recursive: true });
      writeFileSync(join(source, "hello"), "from the driver\n");
      mkdirSync(target_path, { recursive: true });
      if (!isMountPoint(target_path)) execFileSync("mount", ["--bind", source, target_path]);
    } else if (call === "NodeUnpublishVolume") {
      execFileSync("umount", [target_path]);
      rmdirSync(target_path);
    }
  }

  /** Its socket stays. */
  crash(): void {
    this.#server.forceShutdown();
  }

  stop(): void {
    this.crash();
    rmSync(this.#socket, { force: true });
  }
}
