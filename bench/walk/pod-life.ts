/** What a kubelet reports about one pod, from its arrival to its removal. */
import { setTimeout as sleep } from "node:timers/promises";
import type { ContainerState, Pod, PodStatus } from "../../api/generated/core.v1.ts";
import type { Stored } from "../../api/machinery/meta.ts";
import { timestamp } from "../../api/machinery/time/time.ts";
import { hasEnded } from "../../test/history/pods.ts";
import type { Random } from "./random.ts";
import type { WalkClient } from "./walk-client.ts";

const RETRY_MS = 100;
const FOREVER_MS = 3_600_000;

interface PodLifeOptions {
  readonly random: Random;
  readonly client: WalkClient;
  readonly isCalm: () => boolean;
  readonly address: string;
  readonly hostAddress: string;
}

export class PodLife {
  #pod: Stored<Pod>;
  readonly #options: PodLifeOptions;
  readonly #began: string;
  readonly #address: string;
  #restarts = 0;
  /** It has reported that the pod has ended. */
  #isFinal = false;
  #isOver = false;
  #noticed = () => {};

  constructor(pod: Stored<Pod>, options: PodLifeOptions) {
    this.#pod = pod;
    this.#options = options;
    // A pod that a kubelet finds after a crash continues.
    this.#began = pod.status.startTime ?? timestamp(Date.now());
    this.#address = pod.status.podIP ?? options.address;
  }

  see(pod: Stored<Pod>): void {
    this.#pod = pod;
    this.#noticed();
  }

  /** The pod is gone, or its node has crashed. */
  end(): void {
    this.#isOver = true;
    this.#noticed();
  }

  async live(): Promise<void> {
    if (!this.#isEnding && !hasEnded(this.#pod)) await this.#run();
    while (!this.#isOver && this.#pod.metadata.deletionTimestamp === undefined) await this.#wait(FOREVER_MS);
    await this.#terminate();
  }

  get #hasFinished(): boolean {
    return this.#isFinal || hasEnded(this.#pod);
  }

  get #isEnding(): boolean {
    return this.#isOver || this.#pod.metadata.deletionTimestamp !== undefined;
  }

  async #run(): Promise<void> {
    const { random, isCalm } = this.#options;
    await this.#wait(random.between(20, random.chance(0.1) ? 4000 : 700));
    if (this.#isEnding) return;
    await this.#report(this.#running(true));
    const ends = this.#pod.spec.restartPolicy !== "Always";
    while (!this.#isEnding && !this.#hasFinished) {
      await this.#wait(ends ? random.between(100, 4000) : random.between(1000, 40_000));
      if (this.#isEnding) return;
      if (ends) return this.#finish(random.chance(0.25) ? 1 : 0);
      if (!isCalm()) await this.#suffer();
    }
  }

  /** Something happens to a pod that runs. */
  async #suffer(): Promise<void> {
    const { random } = this.#options;
    switch (random.weighted({ nothing: 4, unready: 3, restart: 2, evicted: 1 })) {
      case "unready":
        await this.#report(this.#running(false));
        await this.#wait(random.between(100, 3000));
        if (!this.#isEnding) await this.#report(this.#running(true));
        return;
      case "restart":
        this.#restarts++;
        await this.#report(this.#running(false));
        await this.#wait(300);
        if (!this.#isEnding) await this.#report(this.#running(true));
        return;
      case "evicted":
        await this.#finish(137, { reason: "Evicted", message: "The node was low on resource: memory." });
    }
  }

  async #terminate(): Promise<void> {
    const { random, client } = this.#options;
    if (!this.#isOver && !this.#hasFinished) {
      const grace = (this.#pod.metadata.deletionGracePeriodSeconds ?? 0) * 1000;
      await sleep(random.between(0, Math.min(grace, random.chance(0.2) ? 3000 : 400)));
      await this.#finish(this.#pod.spec.restartPolicy !== "Always" && random.chance(0.5) ? 143 : 0);
    }
    while (!this.#isOver) {
      const { namespace, name, uid } = this.#pod.metadata;
      const options = { gracePeriodSeconds: 0, preconditions: { uid } };
      const deleted = await client.delete({ resource: "pods", namespace, name }, options);
      if (deleted?.status === 404 || deleted?.status === 409) return;
      await sleep(deleted?.status === 200 ? 10 * RETRY_MS : RETRY_MS);
    }
  }

  /** Until something has happened to the pod that ends its running. */
  async #wait(ms: number): Promise<void> {
    const end = Date.now() + ms;
    while (!this.#isEnding && Date.now() < end)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.max(1, end - Date.now()));
        this.#noticed = () => {
          clearTimeout(timer);
          resolve();
        };
      });
  }

  async #finish(exitCode: number, why: Pick<PodStatus, "reason" | "message"> = {}): Promise<void> {
    this.#isFinal = true;
    const finishedAt = timestamp(Date.now());
    const reason = exitCode === 0 ? "Completed" : "Error";
    await this.#report({
      ...why,
      phase: exitCode === 0 ? "Succeeded" : "Failed",
      ...this.#place(),
      conditions: this.#conditions(false),
      containerStatuses: this.#containers(
        { terminated: { exitCode, reason, startedAt: this.#began, finishedAt } },
        false,
      ),
    });
  }

  /** Again and again, until the server has it, or the pod is another one or has ended: a crash may have hidden that. */
  async #report(status: PodStatus): Promise<void> {
    while (!this.#isOver && !hasEnded(this.#pod)) {
      const { namespace, name, uid, resourceVersion } = this.#pod.metadata;
      const place = { resource: "pods", namespace, name, subresource: "status" };
      const patch = { metadata: { uid, resourceVersion }, status };
      const answer = await this.#options.client.patch(place, patch, "strategic-merge");
      if (answer?.status === 200 || answer?.status === 404) return;
      // The uid of another pod of the name.
      if (answer && /uid/i.test(answer.object.message ?? "")) return;
      await sleep(RETRY_MS);
    }
  }

  #running(isReady: boolean): PodStatus {
    const conditions = this.#conditions(isReady);
    const containerStatuses = this.#containers({ running: { startedAt: this.#began } }, isReady);
    return { phase: "Running", ...this.#place(), conditions, containerStatuses };
  }

  #place(): PodStatus {
    const { hostAddress } = this.#options;
    return {
      hostIP: hostAddress,
      hostIPs: [{ ip: hostAddress }],
      podIP: this.#address,
      podIPs: [{ ip: this.#address }],
      startTime: this.#began,
    };
  }

  #conditions(isReady: boolean) {
    const lastTransitionTime = timestamp(Date.now());
    return ["Initialized", "Ready", "ContainersReady"].map((type) => ({
      type,
      status: type === "Initialized" || isReady ? "True" : "False",
      lastTransitionTime,
    }));
  }

  #containers(state: ContainerState, ready: boolean) {
    const restartCount = this.#restarts;
    return this.#pod.spec.containers.map(({ name, image = "" }) => ({
      name,
      image,
      imageID: "",
      ready,
      restartCount,
      state,
    }));
  }
}
