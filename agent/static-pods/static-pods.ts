/**
 * Static pods, from the manifests in a directory on the machine: they run whatever the control plane says, for as long
 * as their file exists. Mirror pods represent them in the API; a deleted mirror is recreated.
 */
import { type FSWatcher, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { errorMessage } from "../../api/error-message.ts";
import type { Node, Pod } from "../../api/generated/core.v1.ts";
import type { ApiClient } from "../../client/api-client.ts";
import { watchIfPossible } from "../files/watch-if-possible.ts";
import type { Logger } from "../logger.ts";
import { isMirror, mirrorOf, mirrors } from "./mirror.ts";
import type * as Parser from "./parse-manifest.ts";
import type { ManifestPlace, ParsedManifest } from "./parse-manifest.ts";

/** The kubelet's interval; a change that is noticed is read at once. */
const LOOK_MS = 20_000;
/** Lets a file be written completely before it is read. */
const SETTLE_MS = 100;
const RETRY_MS = 1000;

export interface StaticPodsOptions {
  readonly directory: string;
  readonly nodeName: string;
  readonly client: ApiClient;
  readonly log: Logger;
  readonly onPod: (pod: Pod) => void;
  /** The file is gone, or has changed. Returns whether the pod has yet to end. */
  readonly onGone: (uid: string) => boolean;
  readonly onMirror: (uid: string, mirror: Pod) => void;
}

export class StaticPods {
  readonly #options: StaticPodsOptions;
  /** By uid. */
  readonly #pods = new Map<string, Pod>();
  /** Pods whose file is gone and that have yet to end: by uid, their namespaces and names. */
  readonly #ending = new Map<string, string>();
  /** Mirror pods in the API, by namespace and name. */
  readonly #mirrors = new Map<string, Pod>();
  readonly #reported = new Map<string, string>();
  #watcher: FSWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;
  #node: Node | undefined;
  #stopped = false;
  #mirroring = false;
  #mirrorAgain = false;

  constructor(options: StaticPodsOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { directory } = this.#options;
    mkdirSync(directory, { recursive: true, mode: 0o755 });
    this.#watcher = watchIfPossible(directory, () => this.#lookIn(SETTLE_MS));
    await this.#look();
  }

  stop(): void {
    this.#stopped = true;
    this.#watcher?.close();
    clearTimeout(this.#timer);
  }

  get pods(): readonly Pod[] {
    return [...this.#pods.values()];
  }

  #lookIn(ms: number): void {
    clearTimeout(this.#timer);
    if (!this.#stopped) this.#timer = setTimeout(() => void this.#look(), ms);
  }

  async #look(): Promise<void> {
    try {
      await this.#read();
    } catch (error) {
      this.#options.log.warn(`static pods: ${errorMessage(error)}`);
    }
    this.#lookIn(LOOK_MS);
  }

  async #read(): Promise<void> {
    const { directory, nodeName, log, onPod, onGone } = this.#options;
    const files = readdirSync(directory).filter((file) => !file.startsWith(".") && /\.(ya?ml|json)$/.test(file));
    // Defaulting and validation are much code, which few nodes need.
    const parser = files.length === 0 ? undefined : await import("./parse-manifest.ts");
    const found = new Map<string, Pod>();
    for (const file of files.sort()) {
      const place = { nodeName, file, now: Date.now() };
      const parsed = parser === undefined ? undefined : readManifest(parser, join(directory, file), place);
      if (parsed?.ok) found.set(parsed.pod.metadata.uid ?? "", parsed.pod);
      else if (this.#reported.get(file) !== parsed?.message)
        log.warn(`${file} is not a static pod: ${parsed?.message}`);
      this.#reported.set(file, parsed?.ok ? "" : (parsed?.message ?? ""));
    }
    for (const [uid, pod] of this.#pods) {
      if (found.has(uid)) continue;
      this.#pods.delete(uid);
      if (onGone(uid)) this.#ending.set(uid, keyOf(pod));
    }
    for (const [uid, pod] of found) {
      // The next pod of that name may need what the last one still has, its ports for example.
      if (this.#pods.has(uid) || this.#isEnding(keyOf(pod))) continue;
      this.#pods.set(uid, pod);
      onPod(pod);
    }
    this.#reflectSoon();
  }

  #isEnding(key: string): boolean {
    return [...this.#ending.values()].includes(key);
  }

  /** Nothing of the pod is left on the machine. */
  ended(uid: string): void {
    if (this.#ending.delete(uid)) this.#lookIn(0);
  }

  /** A pod in the API is a mirror pod. */
  follow(mirror: Pod, { deleted = false } = {}): void {
    const key = keyOf(mirror);
    if (deleted) this.#mirrors.delete(key);
    else this.#mirrors.set(key, mirror);
    this.#reflectSoon();
  }

  /** The control plane is reachable; mirror pods are owned by the node. */
  registered(node: Node): void {
    this.#node = node;
    this.#reflectSoon();
  }

  /** Brings the mirror pods in line, one run at a time. */
  #reflectSoon(): void {
    this.#mirrorAgain = true;
    if (this.#mirroring || this.#stopped) return;
    this.#mirroring = true;
    void (async () => {
      while (this.#mirrorAgain && !this.#stopped) {
        this.#mirrorAgain = false;
        const done = await this.#reflect().catch(() => false);
        if (!done) setTimeout(() => this.#reflectSoon(), RETRY_MS).unref();
      }
      this.#mirroring = false;
    })();
  }

  async #reflect(): Promise<boolean> {
    const { client, onMirror } = this.#options;
    const node = this.#node;
    if (node === undefined) return this.#pods.size === 0;
    const wanted = new Map([...this.#pods.values()].map((pod) => [keyOf(pod), pod]));
    let done = true;
    for (const [key, mirror] of this.#mirrors) {
      if (this.#isEnding(key)) continue;
      const pod = wanted.get(key);
      const isRight = pod !== undefined && mirrors(mirror, pod) && mirror.metadata.deletionTimestamp === undefined;
      if (isRight) {
        onMirror(pod.metadata.uid ?? "", mirror);
        wanted.delete(key);
        continue;
      }
      const { namespace = "", name = "", uid = "" } = mirror.metadata;
      const gone = await client.delete({ resource: "pods", namespace, name }, { gracePeriodSeconds: 0, uid });
      if (gone.ok || gone.status.code === 404) this.#mirrors.delete(key);
      else done = false;
    }
    for (const pod of wanted.values()) {
      const { namespace = "" } = pod.metadata;
      const made = await client.create<Pod>({ resource: "pods", namespace }, mirrorOf(pod, node));
      if (made.ok && isMirror(made.object)) {
        this.#mirrors.set(keyOf(pod), made.object);
        onMirror(pod.metadata.uid ?? "", made.object);
      } else done = false;
    }
    return done;
  }
}

/** Unreadable files and directories are skipped, so that the others are still read. */
function readManifest(
  parser: Pick<typeof Parser, "parseManifest">,
  path: string,
  place: ManifestPlace,
): ParsedManifest {
  try {
    return parser.parseManifest(readFileSync(path, "utf8"), place);
  } catch (error) {
    return { ok: false, message: errorMessage(error) };
  }
}

const keyOf = ({ metadata }: Pod): string => `${metadata.namespace}/${metadata.name}`;
