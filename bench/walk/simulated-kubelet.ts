/**
 * A node as the API server sees it: it registers, renews its lease, and reports for its pods that they run, are ready,
 * restart, fail, end and are gone. It can crash at any time, and comes back knowing nothing.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Node, Pod } from "../../api/generated/core.v1.ts";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import { microTimestamp, timestamp } from "../../api/machinery/time/time.ts";
import type { Address } from "../rig/target.ts";
import { nodeStatus } from "./node-status.ts";
import { PodLife } from "./pod-life.ts";
import type { Random } from "./random.ts";
import { ResumingWatch } from "./resuming-watch.ts";
import type { WalkClient } from "./walk-client.ts";
import type { WalkNode } from "./walk-node.ts";

const LEASES = { resource: "leases.coordination.k8s.io", namespace: "kube-node-lease" };
/** More often than kubelets do, so that a short walk sees it. */
const HEARTBEAT_MS = 4000;
/** How long to wait for a server that does not answer. */
const RETRY_MS = 200;

export interface KubeletOptions {
  readonly name: string;
  /** The third part of its addresses. */
  readonly number: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly random: Random;
  readonly client: WalkClient;
  readonly target: Address;
  readonly failed: (problem: string) => void;
}

export class SimulatedKubelet implements WalkNode {
  readonly #options: KubeletOptions;
  calm = false;
  readonly #lives = new Map<string, PodLife>();
  #watch: ResumingWatch | undefined;
  #addresses = 0;

  constructor(options: KubeletOptions) {
    this.#options = options;
  }

  get name(): string {
    return this.#options.name;
  }

  get isUp(): boolean {
    return this.#watch !== undefined;
  }

  async start(): Promise<void> {
    this.crash();
    const { name, target, failed } = this.#options;
    const watch: ResumingWatch = new ResumingWatch(target, {
      resource: "pods",
      query: `fieldSelector=spec.nodeName%3D${name}`,
      changed: ({ type, object }) => {
        if (this.#watch !== watch) return;
        if (type === "DELETED") this.#forget(object.metadata.uid);
        else this.#see(object as Stored<Pod>);
      },
      failed: (problem) => failed(`kubelet ${name}: ${problem}`),
    });
    this.#watch = watch;
    await this.#register(watch);
    while (this.#watch === watch && !(await started(watch))) await sleep(RETRY_MS);
    if (this.#watch !== watch) return;
    for (const pod of watch.initial) this.#see(pod as Stored<Pod>);
    void this.#beat(watch);
  }

  crash(): void {
    this.#watch?.stop();
    this.#watch = undefined;
    for (const uid of [...this.#lives.keys()]) this.#forget(uid);
  }

  #see(pod: Stored<Pod>): void {
    const known = this.#lives.get(pod.metadata.uid);
    known?.see(pod);
    if (known) return;
    const { number, random, client, failed, name } = this.#options;
    const life = new PodLife(pod, {
      random,
      client,
      isCalm: () => this.calm,
      address: `10.${100 + number}.${this.#addresses >> 8}.${this.#addresses++ & 255}`,
      hostAddress: `10.99.0.${number}`,
    });
    this.#lives.set(pod.metadata.uid, life);
    life.live().catch((error: Error) => failed(`kubelet ${name}: ${error.stack}`));
  }

  #forget(uid: string): void {
    this.#lives.get(uid)?.end();
    this.#lives.delete(uid);
  }

  async #register(watch: ResumingWatch): Promise<void> {
    const { client, name, number, labels } = this.#options;
    const node: Node = {
      metadata: { name, labels: { "kubernetes.io/hostname": name, "kubernetes.io/os": "linux", ...labels } },
      spec: {},
      status: {},
    };
    while (this.#watch === watch) {
      const created = await client.create({ resource: "nodes" }, node as KubeObject);
      if (created?.status === 201 || created?.status === 409) {
        const place = { resource: "nodes", name, subresource: "status" };
        const patch = { status: nodeStatus(name, number, timestamp(Date.now())) };
        if ((await client.patch(place, patch, "strategic-merge"))?.status === 200) return;
      }
      await sleep(RETRY_MS);
    }
  }

  async #beat(watch: ResumingWatch): Promise<void> {
    const { client, name } = this.#options;
    while (this.#watch === watch) {
      const spec = { holderIdentity: name, leaseDurationSeconds: 40, renewTime: microTimestamp(Date.now()) };
      const renewed = await client.patch({ ...LEASES, name }, { spec });
      if (renewed?.status === 404) await client.create(LEASES, { metadata: { name }, spec } as KubeObject);
      const found = await client.get({ resource: "nodes", name });
      const { conditions } = ((found?.object as Node | undefined)?.status ?? {}) as Node["status"];
      const isReady = conditions?.some(({ type, status }) => type === "Ready" && status === "True");
      // Deleted by somebody, or given up by the control plane.
      if (found?.status === 404 || (found?.status === 200 && !isReady)) await this.#register(watch);
      await sleep(renewed ? HEARTBEAT_MS : RETRY_MS);
    }
  }
}

const started = (watch: ResumingWatch): Promise<boolean> =>
  watch.start().then(
    () => true,
    () => false,
  );
