/**
 * Plugins of one kind: each puts a socket into `plugins_registry` of the kubelet directory, says there who it is, and goes when its
 * socket does.
 */
import { type FSWatcher, mkdirSync, readdirSync, watch } from "node:fs";
import { join } from "node:path";
import { parseServices } from "../grpc/parse-services.ts";
import { UnixClient } from "../grpc/unix-client.ts";
import type { Logger } from "../logger.ts";
import { REGISTRATION_PROTO } from "./registration-proto.ts";

const SECONDS = 10;
/** Events of directories may be lost, and a plugin may not be ready when its socket is there. */
const LOOK_MS = 10_000;

export interface PluginInfo {
  readonly type: string;
  readonly name: string;
  readonly endpoint: string;
  readonly supported_versions: readonly string[];
}

interface Plugin {
  readonly name: string;
  close(): void;
}

export interface PluginRegistryOptions<P> {
  /** `plugins_registry`. */
  readonly directory: string;
  readonly type: string;
  /** Fails with why the node does not take the plugin. `socket` is a path. */
  readonly introduce: (info: PluginInfo, socket: string) => Promise<P>;
  readonly onChange: () => void;
  readonly log: Logger;
}

export class PluginRegistry<P extends Plugin> {
  readonly #options: PluginRegistryOptions<P>;
  /** By the socket's name. */
  readonly #plugins = new Map<string, P>();
  #watcher: FSWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();

  constructor(options: PluginRegistryOptions<P>) {
    this.#options = options;
  }

  /** By name, in order. */
  get all(): readonly P[] {
    return [...this.#plugins.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  find(name: string): P | undefined {
    return this.all.find((plugin) => plugin.name === name);
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
    for (const [socket, plugin] of this.#plugins) {
      if (sockets.includes(socket)) continue;
      this.#plugins.delete(socket);
      plugin.close();
      changed = true;
    }
    for (const socket of sockets) {
      if (this.#plugins.has(socket)) continue;
      try {
        const plugin = await this.#register(join(directory, socket));
        if (plugin === undefined) continue;
        this.#plugins.set(socket, plugin);
        changed = true;
      } catch (error) {
        log.warn(`${socket} of plugins_registry is not taken: ${(error as Error).message}`);
      }
    }
    if (changed) onChange();
  }

  /** Undefined: a plugin of another kind. */
  async #register(socket: string): Promise<P | undefined> {
    // Only now: few nodes have a plugin, and each definition weighs something.
    const { Registration } = parseServices(REGISTRATION_PROTO);
    if (Registration === undefined) return undefined;
    const registrar = new UnixClient(Registration, socket);
    try {
      const info = await registrar.call<PluginInfo>("GetInfo", {}, SECONDS);
      if (info.type !== this.#options.type) return undefined;
      const told = (error: string) =>
        registrar.call("NotifyRegistrationStatus", { plugin_registered: error === "", error }, SECONDS);
      try {
        const plugin = await this.#options.introduce(info, info.endpoint || socket);
        await told("");
        return plugin;
      } catch (error) {
        await told((error as Error).message);
        throw error;
      }
    } finally {
      registrar.close();
    }
  }

  close(): void {
    clearInterval(this.#timer);
    this.#watcher?.close();
    for (const plugin of this.#plugins.values()) plugin.close();
  }
}
