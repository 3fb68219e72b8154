/**
 * The objects of the API that this node was told of: its pods, what they name, and what leads to Services. Kept on disk for the
 * owner only, so that an agent that starts without its control plane knows what to run.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ConfigMap, Pod, Secret, Service } from "../api/generated/core.v1.ts";
import type { KubeObject } from "../api/machinery/meta.ts";
import type { NodeChange, NodeSync } from "../api/node-sync.ts";
import type { PodObjects } from "./pod/env.ts";

const keyOf = (resource: string, { metadata }: KubeObject): string =>
  `${resource} ${metadata.namespace ?? ""} ${metadata.name ?? ""}`;
const fileOf = (key: string): string => `${encodeURIComponent(key)}.json`;
const revisionOf = (object: KubeObject): number => Number(object.metadata.resourceVersion ?? 0);

export class ObjectCache {
  readonly #directory: string;
  readonly #objects = new Map<string, KubeObject>();
  #revision = 0;

  constructor(directory: string) {
    this.#directory = directory;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    this.#load();
  }

  #load(): void {
    for (const file of readdirSync(this.#directory)) {
      if (!file.endsWith(".json")) continue;
      try {
        const content = JSON.parse(readFileSync(join(this.#directory, file), "utf8"));
        if (file === "revision.json") this.#revision = Number(content);
        else this.#objects.set(decodeURIComponent(file.slice(0, -".json".length)), content as KubeObject);
      } catch {
        // Half a file of a machine that went down: the next sync brings it again.
        this.#revision = 0;
      }
    }
  }

  #write(file: string, value: unknown): void {
    const path = join(this.#directory, file);
    writeFileSync(`${path}.new`, JSON.stringify(value), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }

  /** All changes up to here are known. */
  get revision(): number {
    return this.#revision;
  }

  /** Takes in a sync; answers what really changed. */
  apply({ revision, reset, changes }: NodeSync): NodeChange[] {
    const applied: NodeChange[] = [];
    if (reset) {
      const kept = new Set(changes.map(({ resource, object }) => keyOf(resource, object)));
      for (const [key, object] of this.#objects) {
        if (kept.has(key)) continue;
        applied.push({ type: "DELETED", resource: key.split(" ")[0] ?? "", object });
        this.#remove(key);
      }
    }
    for (const change of changes) {
      const key = keyOf(change.resource, change.object);
      const known = this.#objects.get(key);
      if (change.type === "DELETED") {
        if (known === undefined || revisionOf(known) > revisionOf(change.object)) continue;
        this.#remove(key);
      } else {
        if (known !== undefined && revisionOf(known) >= revisionOf(change.object)) continue;
        this.#objects.set(key, change.object);
        this.#write(fileOf(key), change.object);
      }
      applied.push(change);
    }
    if (revision !== this.#revision) {
      this.#revision = revision;
      this.#write("revision.json", revision);
    }
    return applied;
  }

  #remove(key: string): void {
    this.#objects.delete(key);
    rmSync(join(this.#directory, fileOf(key)), { force: true });
  }

  list<T extends KubeObject>(resource: string): T[] {
    return [...this.#objects].filter(([key]) => key.startsWith(`${resource} `)).map(([, object]) => object as T);
  }

  get<T extends KubeObject>(resource: string, namespace: string, name: string): T | undefined {
    return this.#objects.get(`${resource} ${namespace} ${name}`) as T | undefined;
  }

  pods(): Pod[] {
    return this.list<Pod>("pods");
  }

  /** What a pod of that namespace may name. */
  of(namespace: string): PodObjects {
    return {
      configMap: (name) => this.get<ConfigMap>("configmaps", namespace, name),
      secret: (name) => this.get<Secret>("secrets", namespace, name),
      services: () => this.list<Service>("services"),
    };
  }
}
