/** This node's drivers for dynamic resource allocation. */
import { UnixService } from "../grpc/unix-service.ts";
import { PluginRegistry, type PluginRegistryOptions } from "../plugins/plugin-registry.ts";
import type { DeviceName, Health } from "./device-health.ts";
import { DRA_PACKAGES, draProto } from "./dra-proto.ts";
import { DriverConnection } from "./driver-connection.ts";
import { HealthWatch } from "./health-watch.ts";

/** The kubelet's timeout. */
const SECONDS = 45;

export interface ClaimReference {
  readonly namespace: string;
  readonly uid: string;
  readonly name: string;
}

/** A prepared device, with the CDI names by which container runtimes know it. */
export interface PreparedDevice extends DeviceName {
  /** Empty: for every request of its claim. */
  readonly request_names: readonly string[];
  readonly cdi_device_ids: readonly string[];
}

export interface DraDriver {
  readonly name: string;
  /** Fails with the driver's error. */
  prepare(claim: ClaimReference): Promise<readonly PreparedDevice[]>;
  unprepare(claim: ClaimReference): Promise<void>;
  healthOf(device: DeviceName): Health;
  /** Its registration is still there, but it cannot be reached. */
  readonly isLost: boolean;
  close(): void;
}

interface PrepareResponse {
  readonly claims: Readonly<
    Record<string, { readonly devices?: readonly PreparedDevice[]; readonly error: string } | undefined>
  >;
}

export type DraDrivers = PluginRegistry<DraDriver>;

export interface DraDriversOptions extends Pick<PluginRegistryOptions<DraDriver>, "directory" | "onChange" | "log"> {
  /** The health of the driver's devices has changed. */
  readonly onHealth: (driver: string) => void;
}

export function draDrivers({ onHealth, ...options }: DraDriversOptions): DraDrivers {
  return new PluginRegistry({
    ...options,
    type: "DRAPlugin",
    introduce: async ({ name, supported_versions }, socket) => {
      const version = Object.keys(DRA_PACKAGES).find((known) => supported_versions.includes(known));
      const proto = version === undefined ? undefined : DRA_PACKAGES[version];
      if (proto === undefined)
        throw new Error(
          `driver ${name} speaks ${supported_versions.join(", ")}, and this node ${Object.keys(DRA_PACKAGES).join(", ")}`,
        );
      const connection = new DriverConnection(socket, options.onChange);
      return driverOf(name, {
        connection,
        client: new UnixService(draProto(proto), ["DRAPlugin"], connection.channel),
        health: new HealthWatch(connection.channel, () => onHealth(name)),
      });
    },
  });
}

interface DriverParts {
  readonly connection: DriverConnection;
  readonly client: UnixService;
  readonly health: HealthWatch;
}

function driverOf(name: string, { connection, client, health }: DriverParts): DraDriver {
  const call = async (method: string, claim: ClaimReference) => {
    const { claims } = await client
      .call<PrepareResponse>(method, { claims: [claim] }, SECONDS)
      .catch((error: Error) => {
        throw new Error(`${method}: ${error.message}`);
      });
    const result = claims[claim.uid];
    if (result === undefined) throw new Error(`${method} skipped 1 ResourceClaims`);
    if (result.error !== "") throw new Error(`${method} failed for ResourceClaim ${claim.name}: ${result.error}`);
    return result;
  };
  return {
    name,
    prepare: async (claim) => (await call("NodePrepareResources", claim)).devices ?? [],
    unprepare: async (claim) => void (await call("NodeUnprepareResources", claim)),
    healthOf: (device) => health.of(device),
    get isLost() {
      return connection.isLost;
    },
    close() {
      health.close();
      connection.close();
    },
  };
}
