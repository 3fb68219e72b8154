/**
 * Plugins of one kind: each puts a socket into `plugins_registry` of the kubelet directory, introduces itself there,
 * and is gone when its socket is.
 */
import { type FSWatcher, mkdirSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { errorMessage } from "../../api/error-message.ts";
import { watchIfPossible } from "../files/watch-if-possible.ts";
import { UnixService } from "../grpc/unix-service.ts";
import type { Logger } from "../logger.ts";
import { REGISTRATION_PROTO } from "./registration-proto.ts";

const SECONDS = 10;
/** Directory events may be lost, and a plugin may not be ready when its socket appears. */
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
  /** Fails with the reason why the node rejects the plugin. `socket` is a path. */
  readonly introduce: (info: PluginInfo, socket: string) => Promise<P>;
  readonly onChange: () => void;
  readonly log: Logger;
}

interface Known<P> {
  readonly socket: SocketId;
  /** Undefined: a plugin of another kind. */
  readonly plugin: P | undefined;
}

/** A restarted plugin creates another socket of that name, and registers again. */
type SocketId = `${number} ${number}`;

export class PluginRegistry<P extends Plugin> {
  readonly #options: PluginRegistryOptions<P>;
  /** By the socket's name. */
  readonly #known = new Map<string, Known<P>>();
  /** The last reported reason for rejecting it, by the socket's name. */
  readonly #complaints = new Map<string, string>();
  #watcher: FSWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();

  constructor(options: PluginRegistryOptions<P>) {
    this.#options = options;
  }

  /** Sorted by name. */
  get all(): readonly P[] {
    return [...this.#known.values()].flatMap(({ plugin }) => plugin ?? []).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** While one plugin takes over from another, the newer of the two with that name. */
  find(name: string): P | undefined {
    return this.all.findLast((plugin) => plugin.name === name);
  }

  async open(): Promise<void> {
    const { directory } = this.#options;
    mkdirSync(directory, { recursive: true, mode: 0o750 });
    this.#watcher = watchIfPossible(directory, () => void this.#look());
    this.#timer = setInterval(() => void this.#look(), LOOK_MS);
    await this.#look();
  }

  #look(): Promise<void> {
    this.#looking = this.#looking.then(() => this.#compare()).catch(() => {});
    return this.#looking;
  }

  async #compare(): Promise<void> {
    const { directory, onChange, log } = this.#options;
    const sockets = socketsIn(directory);
    let changed = false;
    for (const name of this.#complaints.keys()) if (!sockets.has(name)) this.#complaints.delete(name);
    for (const [name, { socket, plugin }] of this.#known) {
      if (sockets.get(name) === socket) continue;
      this.#known.delete(name);
      plugin?.close();
      changed ||= plugin !== undefined;
    }
    const registered = [...sockets]
      .filter(([name]) => !this.#known.has(name))
      .map(async ([name, socket]) => {
        try {
          const plugin = await this.#register(join(directory, name));
          this.#known.set(name, { socket, plugin });
          this.#complaints.delete(name);
          changed ||= plugin !== undefined;
        } catch (error) {
          const message = errorMessage(error);
          if (this.#complaints.get(name) !== message) log.warn(`${name} of plugins_registry is not taken: ${message}`);
          this.#complaints.set(name, message);
        }
      });
    // A plugin that does not respond blocks no other.
    await Promise.all(registered);
    if (changed) onChange();
  }

  async #register(socket: string): Promise<P | undefined> {
    // Created on demand: few nodes have a plugin, and each definition costs memory.
    const registrar = new UnixService(REGISTRATION_PROTO, ["Registration"], socket);
    let plugin: P | undefined;
    try {
      const info = await registrar.call<PluginInfo>("GetInfo", {}, SECONDS);
      if (info.type !== this.#options.type) return undefined;
      const notifyPlugin = (error: string) =>
        registrar.call("NotifyRegistrationStatus", { plugin_registered: error === "", error }, SECONDS);
      try {
        plugin = await this.#options.introduce(info, info.endpoint || socket);
      } catch (error) {
        // The original error matters more than a failure to report it there.
        await notifyPlugin(errorMessage(error)).catch(() => {});
        throw error;
      }
      await notifyPlugin("");
      return plugin;
    } catch (error) {
      plugin?.close();
      throw error;
    } finally {
      registrar.close();
    }
  }

  close(): void {
    clearInterval(this.#timer);
    this.#watcher?.close();
    for (const { plugin } of this.#known.values()) plugin?.close();
  }
}

function socketsIn(directory: string): ReadonlyMap<string, SocketId> {
  const sockets = new Map<string, SocketId>();
  for (const name of readdirSync(directory)) {
    if (!name.endsWith(".sock") || name.startsWith(".")) continue;
    // It may have been deleted since.
    const found = statSync(join(directory, name), { throwIfNoEntry: false });
    if (found !== undefined) sockets.set(name, `${found.ino} ${found.birthtimeMs}`);
  }
  return sockets;
}
