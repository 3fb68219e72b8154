/**
 * The CSI drivers of this node: each puts a socket into `plugins_registry` of the kubelet directory, says there who it is, and goes when
 * its socket does.
 */
import { type FSWatcher, mkdirSync, readdirSync, watch } from "node:fs";
import { join } from "node:path";
import { parseServices } from "../grpc/parse-services.ts";
import { UnixClient } from "../grpc/unix-client.ts";
import type { Logger } from "../logger.ts";
import { CSI_PROTO, REGISTRATION_PROTO } from "./csi-proto.ts";

const SECONDS = 10;
/** A driver's own operations may take as long as a kubelet lets them. */
const VOLUME_SECONDS = 120;
/** Events of directories may be lost, and a driver may not be ready when its socket is there. */
const LOOK_MS = 10_000;

export interface CsiDriver {
  readonly name: string;
  readonly nodeId: string;
  /** Undefined: as many as one likes. */
  readonly mostVolumes: number | undefined;
  readonly topology: Readonly<Record<string, string>>;
  readonly capabilities: ReadonlySet<string>;
  /** Fails with what the driver says. */
  call(method: string, request: object): Promise<unknown>;
}

export interface CsiDriversOptions {
  /** `plugins_registry`. */
  readonly directory: string;
  readonly onChange: () => void;
  readonly log: Logger;
}

interface Info {
  readonly type: string;
  readonly name: string;
  readonly endpoint: string;
  readonly supported_versions: readonly string[];
}

interface NodeInfo {
  readonly node_id: string;
  readonly max_volumes_per_node: number;
  readonly accessible_topology: { readonly segments: Readonly<Record<string, string>> } | null;
}

export class CsiDrivers {
  readonly #options: CsiDriversOptions;
  readonly #registration = parseServices(REGISTRATION_PROTO).Registration;
  readonly #node = parseServices(CSI_PROTO).Node;
  /** By the socket's name. */
  readonly #drivers = new Map<string, CsiDriver & { close(): void }>();
  #watcher: FSWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();

  constructor(options: CsiDriversOptions) {
    this.#options = options;
  }

  /** By name, in order. */
  get all(): readonly CsiDriver[] {
    return [...this.#drivers.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  find(name: string): CsiDriver | undefined {
    return this.all.find((driver) => driver.name === name);
  }

  async open(): Promise<void> {
    const { directory } = this.#options;
    mkdirSync(directory, { recursive: true, mode: 0o750 });
    this.#watcher = watch(directory, () => void this.#look()).on("error", () => {});
    this.#timer = setInterval(() => void this.#look(), LOOK_MS);
    await this.#look();
  }

  #look(): Promise<void> {
    this.#looking = this.#looking.then(() => this.#compare()).catch(() => {});
    return this.#looking;
  }

  async #compare(): Promise<void> {
    const { directory, onChange, log } = this.#options;
    const sockets = readdirSync(directory).filter((name) => name.endsWith(".sock") && !name.startsWith("."));
    let changed = false;
    for (const [socket, driver] of this.#drivers) {
      if (sockets.includes(socket)) continue;
      this.#drivers.delete(socket);
      driver.close();
      changed = true;
    }
    for (const socket of sockets) {
      if (this.#drivers.has(socket)) continue;
      try {
        const driver = await this.#register(join(directory, socket));
        if (driver === undefined) continue;
        this.#drivers.set(socket, driver);
        changed = true;
      } catch (error) {
        log.warn(`no CSI driver answers at ${socket} of plugins_registry: ${(error as Error).message}`);
      }
    }
    if (changed) onChange();
  }

  async #register(socket: string): Promise<(CsiDriver & { close(): void }) | undefined> {
    if (!this.#registration || !this.#node) return undefined;
    const registrar = new UnixClient(this.#registration, socket);
    try {
      const info = await registrar.call<Info>("GetInfo", {}, SECONDS);
      // Plugins of devices register elsewhere, drivers of dynamic resources not at all.
      if (info.type !== "CSIPlugin") return undefined;
      const told = (error: string) =>
        registrar.call("NotifyRegistrationStatus", { plugin_registered: error === "", error }, SECONDS);
      try {
        const driver = await this.#introduce(info, socket);
        await told("");
        return driver;
      } catch (error) {
        await told((error as Error).message);
        throw error;
      }
    } finally {
      registrar.close();
    }
  }

  async #introduce({ name, endpoint, supported_versions }: Info, socket: string) {
    if (!supported_versions.some((version) => /^v?1\./.test(version)))
      throw new Error(`driver ${name} speaks ${supported_versions.join(", ")}, and this node CSI 1`);
    if (this.#node === undefined) throw new Error("no CSI");
    const client = new UnixClient(this.#node, endpoint || socket);
    try {
      const info = await client.call<NodeInfo>("NodeGetInfo", {}, SECONDS);
      const { capabilities } = await client.call<{
        capabilities: readonly { readonly rpc?: { readonly type: string } }[];
      }>("NodeGetCapabilities", {}, SECONDS);
      return {
        name,
        nodeId: info.node_id,
        mostVolumes: info.max_volumes_per_node > 0 ? info.max_volumes_per_node : undefined,
        topology: info.accessible_topology?.segments ?? {},
        capabilities: new Set(capabilities.flatMap(({ rpc }) => (rpc ? [rpc.type] : []))),
        call: (method: string, request: object) => client.call(method, request, VOLUME_SECONDS),
        close: () => client.close(),
      };
    } catch (error) {
      client.close();
      throw error;
    }
  }

  close(): void {
    clearInterval(this.#timer);
    this.#watcher?.close();
    for (const driver of this.#drivers.values()) driver.close();
  }
}
