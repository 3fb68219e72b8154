/** A scheduling loop on a store in memory, with a hook between its decisions and its commits. */
import { expect } from "vitest";
import type { Pod } from "../../../api/generated/core.v1.ts";
import type { ResourceClaim } from "../../../api/generated/resource.v1.ts";
import { textWithoutRevision } from "../../../api/machinery/json/object-text.ts";
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import type { CommitRequest, GroupResource } from "../../../api/store/store.ts";
import type { Outcome } from "../../../client/api-client.ts";
import { SchedulingLoop } from "../../../durable-objects/scheduler/scheduling-loop.ts";
import { MemoryStore } from "../../../durable-objects/store/memory-store.ts";
import type { SchedulerRequest } from "../../../worker/scheduler/requests/scheduler-request.ts";

export class SchedulingBench {
  readonly store = new MemoryStore();
  readonly commits: CommitRequest[] = [];
  /** What was asked of the API, instead of being committed. */
  readonly requests: SchedulerRequest[] = [];
  /** The API's answer; a test may refuse. */
  send: (request: SchedulerRequest) => Promise<Outcome<KubeObject>> = async ({ body }) => ({
    ok: true,
    object: body as KubeObject,
  });
  /** Called before each commit of the scheduler. */
  beforeCommit: () => Promise<void> = async () => undefined;
  /** Deletes a victim; a test may refuse. */
  evict: (name: string) => Promise<void> = (name) => this.remove("pods", name);
  /** Receives the problems of a run; a test that expects some replaces it. */
  onError: (what: string, error: unknown) => void = (what, error) => {
    throw new Error(`${what}: ${error}`);
  };
  /** The API's answer to the creation of a claim; a test may refuse it. */
  makeClaim: (claim: Stored<ResourceClaim>) => Promise<Outcome<Stored<ResourceClaim>>> = async (claim) => {
    const metadata = { ...claim.metadata, uid: `uid-${++this.#uids}`, creationTimestamp: "2026-01-01T00:00:00Z" };
    await this.put("create", { ...claim, metadata });
    const made = (await this.all<ResourceClaim>("resourceclaims.resource.k8s.io")).find(
      (each) => each.metadata.name === metadata.name,
    );
    return made ? { ok: true, object: made } : { ok: false, status: { status: "Failure" } };
  };
  /** Stands still unless a test moves it: how much fits into a turn must not depend on the machine. */
  now = Date.now();
  /** Called while the loop rests. */
  pause: (milliseconds: number) => Promise<void> = async () => undefined;
  /** When the loop asked to be woken. */
  wakeAt: number | undefined;
  /** Called when the loop asks to be woken, which it does at the end of a run. */
  onWakeAt: () => void = () => undefined;
  #uids = 0;
  readonly #background: Promise<void>[] = [];

  loop = this.#newLoop();

  /** Runs the loop, and waits for its requests. */
  async settle(): Promise<void> {
    await this.loop.run();
    for (let work = this.#background.shift(); work; work = this.#background.shift()) await work;
  }

  /** As after an eviction from memory. */
  restart(): void {
    this.loop = this.#newLoop();
  }

  #newLoop(): SchedulingLoop {
    return new SchedulingLoop({
      store: {
        list: (request) => this.store.list(request),
        texts: (request) => this.store.texts(request),
        status: () => this.store.status(),
        commit: async (request) => {
          this.commits.push(request);
          await this.beforeCommit();
          return this.store.commit(request);
        },
      },
      send: (request) => {
        this.requests.push(request);
        return this.send(request);
      },
      inBackground: (work) => void this.#background.push(work),
      evict: ({ name }) => this.evict(name),
      makeClaim: (claim) => this.makeClaim(claim),
      discardClaim: async ({ metadata }) => this.remove("resourceclaims.resource.k8s.io", metadata.name),
      now: () => this.now,
      random: () => 0,
      newUid: () => `uid-${++this.#uids}`,
      wakeAt: (at) => {
        this.wakeAt = at;
        this.onWakeAt();
      },
      pause: (milliseconds) => this.pause(milliseconds),
      onError: (what, error) => this.onError(what, error),
    });
  }

  async put(op: "create" | "replace", ...objects: Stored<KubeObject>[]): Promise<void> {
    const writes = objects.map((object) => ({
      op,
      key: keyOf(resourceOf(object.kind), object.metadata.name),
      text: textWithoutRevision(object),
      attributes: { labels: {}, fields: {} },
    }));
    expect(await this.store.commit({ writes })).toMatchObject({ ok: true });
  }

  async remove(resource: GroupResource, name: string): Promise<void> {
    await this.store.commit({ writes: [{ op: "delete", key: keyOf(resource, name) }] });
  }

  async all<T extends KubeObject>(resource: GroupResource): Promise<Stored<T>[]> {
    const page = await this.store.list({ resource });
    if (!page.ok) throw new Error(page.reason);
    return page.items.map(({ text }) => JSON.parse(text) as Stored<T>);
  }

  async podOf(name: string): Promise<Stored<Pod> | undefined> {
    return (await this.all<Pod>("pods")).find(({ metadata }) => metadata.name === name);
  }

  async nodeOf(name: string): Promise<string | undefined> {
    return (await this.podOf(name))?.spec.nodeName;
  }

  /** Why the pod is not scheduled. */
  async messageOf(name: string): Promise<string | undefined> {
    const { conditions } = (await this.podOf(name))?.status ?? {};
    return conditions?.find(({ type }) => type === "PodScheduled")?.message;
  }
}

const keyOf = (resource: GroupResource, name: string) => ({
  resource,
  namespace: ["pods", "events", "persistentvolumeclaims", "resourceclaims.resource.k8s.io"].includes(resource)
    ? "default"
    : "",
  name,
});

const RESOURCES: Readonly<Record<string, GroupResource>> = {
  DeviceClass: "deviceclasses.resource.k8s.io",
  ResourceClaim: "resourceclaims.resource.k8s.io",
  ResourceSlice: "resourceslices.resource.k8s.io",
  StorageClass: "storageclasses.storage.k8s.io",
  ValidatingAdmissionPolicy: "validatingadmissionpolicies.admissionregistration.k8s.io",
  ValidatingAdmissionPolicyBinding: "validatingadmissionpolicybindings.admissionregistration.k8s.io",
};
const resourceOf = (kind: string): GroupResource => RESOURCES[kind] ?? `${kind.toLowerCase()}s`;
