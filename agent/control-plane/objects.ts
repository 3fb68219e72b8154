/**
 * The API objects that this node has received: its pods, what they refer to, and what routes to Services. Kept on
 * disk, readable by the owner only, so that an agent that starts without its control plane knows what to run.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ConfigMap, PersistentVolumeClaim, Pod, Secret, Service } from "../../api/generated/core.v1.ts";
import type { KubeObject } from "../../api/machinery/meta.ts";
import type { NodeChange, NodeSync } from "../../api/node/node-sync.ts";
import type { PodObjects } from "../pod-spec/pod-objects.ts";

const keyOf = (resource: string, { metadata }: KubeObject): string =>
  `${resource} ${metadata.namespace ?? ""} ${metadata.name ?? ""}`;

/**
 * The names of a namespace and of an object in it may have 316 characters together, that of a file 255, with its ending
 * while it is written.
 */
const MAX_NAME_LENGTH = 255 - ".json.new".length;
/** The file of an object whose key would be too long a name, and so is in the file. */
const LONG = "long-";

interface LongKeyed {
  readonly key: string;
  readonly object: KubeObject;
}

function fileOf(key: string): string {
  const name = encodeURIComponent(key);
  if (name.length <= MAX_NAME_LENGTH) return `${name}.json`;
  return `${LONG}${createHash("sha256").update(key).digest("hex")}.json`;
}

function readKeyed(file: string, content: unknown): LongKeyed {
  if (file.startsWith(LONG)) return content as LongKeyed;
  return { key: decodeURIComponent(file.slice(0, -".json".length)), object: content as KubeObject };
}

const revisionOf = (object: KubeObject): number => Number(object.metadata.resourceVersion ?? 0);

/** Whether the object says nothing new. An older one is the current one in a snapshot later than what is known: it went back. */
function isKnown(object: KubeObject, known: KubeObject, snapshot: number): boolean {
  const [revision, before] = [revisionOf(object), revisionOf(known)];
  return revision === before || (revision < before && before > snapshot);
}

const REVISION = "revision.json";
/** A starting pod changes several times within a moment, and each replaced file is a wait for the disk. */
const SAVE_MS = 200;
const RETRY_MS = 10_000;

async function replaceFile(path: string, value: unknown): Promise<void> {
  try {
    await writeFile(`${path}.new`, JSON.stringify(value), { mode: 0o600 });
    await rename(`${path}.new`, path);
  } catch (error) {
    // It may never be written again.
    await rm(`${path}.new`, { force: true });
    throw error;
  }
}

export class ObjectCache {
  readonly #directory: string;
  readonly #objects = new Map<string, KubeObject>();
  /** Keys whose files are out of date. */
  readonly #unsaved = new Set<string>();
  #saving: Promise<void> | undefined;
  #closed = false;
  #revision = 0;

  constructor(directory: string) {
    this.#directory = directory;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    this.#load();
  }

  #load(): void {
    let whole = true;
    for (const file of readdirSync(this.#directory)) {
      if (!file.endsWith(".json")) continue;
      try {
        const content: unknown = JSON.parse(readFileSync(join(this.#directory, file), "utf8"));
        if (file === REVISION) {
          this.#revision = Number(content);
          continue;
        }
        const { key, object } = readKeyed(file, content);
        this.#objects.set(key, object);
      } catch {
        // A partial file, from a machine that crashed: the next sync brings the object again.
        whole = false;
      }
    }
    if (!whole) this.#revision = 0;
  }

  #saveSoon(): void {
    if (this.#saving !== undefined || this.#closed) return;
    this.#saving = sleep(SAVE_MS, undefined, { ref: false })
      .then(() => this.#save())
      .catch(() => {
        // The disk is full: what was saved before stays, and the control plane will send the rest again.
      })
      .finally(() => {
        this.#saving = undefined;
        if (this.#unsaved.size > 0 && !this.#closed) setTimeout(() => this.#saveSoon(), RETRY_MS).unref();
      });
  }

  /** The revision is saved last, when everything it covers is on disk. */
  async #save(): Promise<void> {
    const revision = this.#revision;
    for (const key of [...this.#unsaved]) {
      this.#unsaved.delete(key);
      const object = this.#objects.get(key);
      const file = fileOf(key);
      const path = join(this.#directory, file);
      try {
        if (object === undefined) await rm(path, { force: true });
        else await replaceFile(path, file.startsWith(LONG) ? ({ key, object } satisfies LongKeyed) : object);
      } catch (error) {
        this.#unsaved.add(key);
        throw error;
      }
    }
    await replaceFile(join(this.#directory, REVISION), revision);
  }

  /** Settles when everything received is on disk. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#saving;
    await this.#save().catch(() => {});
  }

  /** The revision up to which all changes are known. */
  get revision(): number {
    return this.#revision;
  }

  /** Applies a sync; returns what really changed. */
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
        if (known !== undefined && isKnown(change.object, known, reset ? revision : 0)) continue;
        this.#objects.set(key, change.object);
        this.#unsaved.add(key);
      }
      applied.push(change);
    }
    if (revision !== this.#revision) {
      this.#revision = revision;
      this.#saveSoon();
    }
    return applied;
  }

  /** Whatever comes next is newer than what is known. */
  forgetRevisions(): void {
    this.#revision = 0;
    for (const [key, { metadata, ...object }] of this.#objects)
      this.#objects.set(key, { ...object, metadata: { ...metadata, resourceVersion: "0" } });
  }

  #remove(key: string): void {
    this.#objects.delete(key);
    this.#unsaved.add(key);
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

  /** What a pod in that namespace may refer to. */
  of(namespace: string): PodObjects {
    return {
      configMap: (name) => this.get<ConfigMap>("configmaps", namespace, name),
      secret: (name) => this.get<Secret>("secrets", namespace, name),
      claim: (name) => this.get<PersistentVolumeClaim>("persistentvolumeclaims", namespace, name),
      services: () => this.list<Service>("services"),
    };
  }
}
