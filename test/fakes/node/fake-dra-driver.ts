import { rmSync } from "node:fs";
import { join } from "node:path";
import {
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
} from "@grpc/grpc-js";
import type { HealthReport } from "../../../agent/dra/device-health.ts";
import type { ClaimReference } from "../../../agent/dra/dra-drivers.ts";
import { DRA_PACKAGES, draProto, HEALTH_PROTO } from "../../../agent/dra/dra-proto.ts";
import { REGISTRATION_PROTO } from "../../../agent/plugins/registration-proto.ts";
import { parseServices } from "./grpc-services.ts";

const VERSION = "v1.DRAPlugin";

type Claims = ServerUnaryCall<{ readonly claims: readonly ClaimReference[] }, object>;

/** A minimal driver of dynamic resources: each claim has one device for its request `gpu`, and one for all of its requests. */
export class FakeDraDriver {
  readonly #server = new Server();
  readonly #socket: string;
  readonly calls: string[] = [];
  /** The error that it then reports. */
  failing = "";
  #watchers: readonly ServerWritableStream<object, object>[] = [];

  private constructor(socket: string) {
    this.#socket = socket;
  }

  /** `directory` is the kubelet's. */
  static async start(directory: string, name: string): Promise<FakeDraDriver> {
    const driver = new FakeDraDriver(join(directory, "plugins_registry", `${name}-reg.sock`));
    driver.#serve(name);
    await new Promise<void>((resolve, reject) => {
      const credentials = ServerCredentials.createInsecure();
      driver.#server.bindAsync(`unix://${driver.#socket}`, credentials, (error) => (error ? reject(error) : resolve()));
    });
    return driver;
  }

  #serve(name: string): void {
    const { Registration } = parseServices(REGISTRATION_PROTO);
    const { DRAPlugin } = parseServices(draProto(DRA_PACKAGES[VERSION] ?? ""));
    const { DRAResourceHealth } = parseServices(HEALTH_PROTO);
    if (!Registration || !DRAPlugin || !DRAResourceHealth) throw new Error("no such service");
    this.#server.addService(Registration.service, {
      GetInfo: (_: unknown, done: sendUnaryData<object>) =>
        done(null, { type: "DRAPlugin", name, endpoint: this.#socket, supported_versions: [VERSION] }),
      NotifyRegistrationStatus: (_: unknown, done: sendUnaryData<object>) => done(null, {}),
    });
    const answer = (call: string) => (requested: Claims, done: sendUnaryData<object>) => {
      this.calls.push(...requested.request.claims.map((claim) => `${call} ${claim.namespace}/${claim.name}`));
      const answers = requested.request.claims.map(({ uid, name: claim }) => {
        const of = (device: string) => ({
          pool_name: "pool",
          device_name: device,
          cdi_device_ids: [`fake.example.com/gpu=${claim}-${device}`],
        });
        const devices = [{ ...of("own"), request_names: ["gpu"] }, of("shared")];
        return [uid, { error: this.failing, devices }] as const;
      });
      done(null, { claims: Object.fromEntries(answers) });
    };
    this.#server.addService(DRAPlugin.service, {
      NodePrepareResources: answer("prepare"),
      NodeUnprepareResources: answer("unprepare"),
    });
    this.#server.addService(DRAResourceHealth.service, {
      NodeWatchResources: (call: ServerWritableStream<object, object>) => {
        this.#watchers = [...this.#watchers, call];
      },
    });
  }

  /** Whether a client listens for the health of devices. */
  get isWatched(): boolean {
    return this.#watchers.length > 0;
  }

  /** Reports the health of a device of the only pool. */
  tellHealth(device_name: string, report: Partial<HealthReport>): void {
    const devices = [{ device: { pool_name: "pool", device_name }, ...report }];
    for (const watcher of this.#watchers) watcher.write({ devices });
  }

  /** Ends the reports of health. */
  endHealth(): void {
    for (const watcher of this.#watchers) watcher.end();
    this.#watchers = [];
  }

  stop(): void {
    this.#server.forceShutdown();
    rmSync(this.#socket, { force: true });
  }
}
