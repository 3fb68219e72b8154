/**
 * A small API server over a log in memory, for tests of the controllers' shell: it generates names, applies merge
 * patches and the few strategic patches that controllers send, treats server-side applies like strategic patches, and
 * lets finalizers delay deletions. No defaulting, no validation.
 */

import type { SubjectAccessReview } from "../../../api/generated/authorization.v1.ts";
import type { Status } from "../../../api/generated/meta.v1.ts";
import { groupResource, type KubeObject, type Stored } from "../../../api/machinery/meta.ts";
import { applyJsonPatch } from "../../../api/machinery/patch/json-patch.ts";
import { timestamp } from "../../../api/machinery/time/time.ts";
import { resources } from "../../../api/resources/index.ts";
import type { ResourceTypes } from "../../../api/resources/resource-types.ts";
import type { Change, Revision, Store } from "../../../api/store/store.ts";
import type { ApiClient, DeleteOptions, Outcome, Query } from "../../../client/api-client.ts";
import type { Target } from "../../../client/resource-path.ts";
import { patched } from "./patched.ts";

type Any = Stored<KubeObject>;
type Json = Record<string, unknown>;
const STRATEGIC = "application/strategic-merge-patch+json";
const BUILT_IN: ReadonlySet<string> = new Set(resources.map(({ group, plural }) => groupResource(group, plural)));
const NO_ATTRIBUTES = { labels: {}, fields: {} };

export class FakeCluster {
  readonly #objects = new Map<string, { target: Target; object: Any }>();
  readonly #changes: Change[] = [];
  #names = 0;
  now = Date.parse("2026-01-01T00:00:00Z");
  /** Called after every write. */
  onCommit: () => void = () => undefined;
  /** What access reviews say. */
  allows: (review: SubjectAccessReview) => boolean = () => false;
  /** Refuses a write by returning a Status. */
  refuse: (verb: string, target: Target, object?: KubeObject) => Partial<Status> | undefined = () => undefined;
  readonly requests: string[] = [];
  /** Answers to reads of other paths: metrics, scales. */
  answers: (path: string) => unknown = () => undefined;
  /** How nodes refuse a call: by returning a Status. */
  calls: (method: string, path: string) => Partial<Status> | undefined = () => undefined;

  get revision(): Revision {
    return this.#changes.length as Revision;
  }

  readonly log: Pick<Store, "list" | "texts" | "status"> = {
    status: async () => ({ revision: this.revision, oldest: 0 as Revision, policyRevision: 0 as Revision }),
    list: async ({ resource }) => ({
      ok: true,
      revision: this.revision,
      more: false,
      items: this.list(resource).map((object) => ({
        key: { resource, namespace: object.metadata.namespace ?? "", name: object.metadata.name },
        revision: Number(object.metadata.resourceVersion) as Revision,
        text: JSON.stringify(object),
        attributes: NO_ATTRIBUTES,
      })),
    }),
    texts: async ({ revision, limit = 1000 }) => {
      const changes = this.#changes.slice(revision, revision + limit);
      const reached = (revision + changes.length) as Revision;
      return { ok: true, changes, revision: reached, more: reached < this.revision };
    },
  };

  list<R extends keyof ResourceTypes>(resource: R): Stored<ResourceTypes[R]>[];
  list<T extends KubeObject>(resource: string): Stored<T>[];
  list(resource: string): Any[] {
    return [...this.#objects.values()].filter((each) => each.target.resource === resource).map(({ object }) => object);
  }

  get<R extends keyof ResourceTypes>(
    resource: R,
    namespace: string,
    name: string,
  ): Stored<ResourceTypes[R]> | undefined;
  get<T extends KubeObject>(resource: string, namespace: string, name: string): Stored<T> | undefined;
  get(resource: string, namespace: string, name: string): Any | undefined {
    return this.#objects.get(`${resource}/${namespace}/${name}`)?.object;
  }

  /** Writes like a user would. */
  put<T extends KubeObject>(resource: string, object: T): Stored<T> {
    const { namespace = "", name = this.#generate(object) } = object.metadata;
    const before = this.get(resource, namespace, name);
    const generation = before ? (before.metadata.generation ?? 1) + Number(specOf(before) !== specOf(object)) : 1;
    const next = {
      ...object,
      metadata: {
        ...object.metadata,
        name,
        uid: before?.metadata.uid ?? `uid-${resource}-${++this.#names}`,
        generation,
        creationTimestamp: before?.metadata.creationTimestamp ?? this.#time(),
      },
    } as Any;
    return this.#write(before ? "MODIFIED" : "ADDED", { resource, namespace, name }, next) as Stored<T>;
  }

  /** Changes an object on behalf of a user or an agent. */
  change<R extends keyof ResourceTypes>(
    resource: R,
    namespace: string,
    name: string,
    edit: (draft: ResourceTypes[R]) => void,
  ): Stored<ResourceTypes[R]>;
  change<T extends KubeObject>(resource: string, namespace: string, name: string, edit: (draft: T) => void): Stored<T>;
  change<T extends KubeObject>(resource: string, namespace: string, name: string, edit: (draft: T) => void): Stored<T> {
    const draft = structuredClone(this.get<T>(resource, namespace, name));
    if (!draft) throw new Error(`there is no ${resource} "${name}" in "${namespace}"`);
    edit(draft);
    return this.put(resource, draft);
  }

  remove(resource: string, namespace: string, name: string, options: DeleteOptions = {}): void {
    const object = this.get(resource, namespace, name);
    if (!object) return;
    const added =
      options.propagationPolicy === "Foreground"
        ? ["foregroundDeletion"]
        : options.propagationPolicy === "Orphan"
          ? ["orphan"]
          : [];
    const finalizers = [...(object.metadata.finalizers ?? []), ...added];
    const target = { resource, namespace, name };
    // A second deletion with nothing new changes nothing.
    if (object.metadata.deletionTimestamp && finalizers.length > 0 && added.length === 0) return;
    if (finalizers.length > 0)
      this.#write("MODIFIED", target, {
        ...object,
        metadata: { ...object.metadata, finalizers, deletionTimestamp: this.#time() },
      } as Any);
    else this.#write("DELETED", target, object);
  }

  readonly api: ApiClient = {
    get: async (target) => this.#found(target),
    list: async (target) => ({
      ok: true,
      object: { metadata: { resourceVersion: String(this.revision) }, items: this.list(target.resource) },
    }),
    create: async (target, object) => {
      if (object.kind === "SubjectAccessReview") {
        const status = { allowed: this.allows(object as unknown as SubjectAccessReview) };
        return { ok: true, object: { ...object, status } as Stored<typeof object> };
      }
      const name = object.metadata.name ?? this.#generate(object);
      const refused = this.#refused("create", { ...target, name }, object);
      if (refused) return refused;
      if (this.get(target.resource, target.namespace ?? "", name))
        return failure(409, "AlreadyExists", `${name} already exists`);
      return { ok: true, object: this.put(target.resource, { ...object, metadata: { ...object.metadata, name } }) };
    },
    update: async <T extends KubeObject>(target: Target, object: T): Promise<Outcome<Stored<T>>> => {
      const refused = this.#refused("update", target, object);
      if (refused) return refused;
      const current = this.get<T>(target.resource, target.namespace ?? "", target.name ?? "");
      if (!current) return failure(404, "NotFound", "not found");
      if (object.metadata.resourceVersion !== current.metadata.resourceVersion)
        return failure(409, "Conflict", "stale");
      return this.#settle(target, mergeSubresource(target, current, object as unknown as Json) as unknown as Stored<T>);
    },
    patch: async <T extends KubeObject>(
      target: Target,
      type: string,
      patch: unknown,
      query: Query = {},
    ): Promise<Outcome<Stored<T>>> => {
      const verb = type === "application/apply-patch+yaml" ? `apply as ${query.fieldManager}` : "patch";
      const refused = this.#refused(verb, target);
      if (refused) return refused;
      const current = this.get<T>(target.resource, target.namespace ?? "", target.name ?? "");
      if (!current) return failure(404, "NotFound", "not found");
      if (type === "application/json-patch+json") {
        const patched = applyJsonPatch(current as unknown as Json, patch, "Strict");
        if (!patched.ok) return failure(patched.code, patched.reason, patched.message);
        return this.#settlePatch(target, current, patched.object as unknown as Stored<T>);
      }
      if (type === STRATEGIC && !BUILT_IN.has(target.resource)) return failure(415, "UnsupportedMediaType", type);
      const strategic = type !== "application/merge-patch+json";
      const next = patched(current as unknown as Json, patch as Json, { strategic });
      return this.#settlePatch(target, current, next as unknown as Stored<T>);
    },
    delete: async (target, options = {}) => {
      const refused = this.#refused("delete", target);
      if (refused) return refused;
      const current = this.get(target.resource, target.namespace ?? "", target.name ?? "");
      if (!current) return failure(404, "NotFound", "not found");
      if (options.uid && options.uid !== current.metadata.uid) return failure(409, "Conflict", "uid differs");
      this.remove(target.resource, target.namespace ?? "", target.name ?? "", options);
      return { ok: true, object: current };
    },
    deleteCollection: async ({ resource, namespace = "" }, options = {}) => {
      const refused = this.#refused("delete-collection", { resource, namespace });
      if (refused) return refused;
      for (const { metadata } of this.list(resource))
        if (metadata.namespace === namespace) this.remove(resource, namespace, metadata.name, options);
      return { ok: true, object: { metadata: {} } as KubeObject };
    },
    read: async <T>(path: string): Promise<Outcome<T>> => {
      this.requests.push(`read ${path}`);
      const body = this.answers(path);
      return body === undefined
        ? failure(404, "NotFound", "the server could not find the requested resource")
        : { ok: true, object: body as T };
    },
    call: async <T>(method: string, path: string): Promise<Outcome<T>> => {
      this.requests.push(`${method} ${path}`);
      const status = this.calls(method, path);
      return status
        ? failure(status.code ?? 500, status.reason ?? "", status.message ?? "")
        : { ok: true, object: {} as T };
    },
    as: () => this.api,
  };

  #found<T extends KubeObject>(target: Target): Outcome<Stored<T>> {
    const object = this.get<T>(target.resource, target.namespace ?? "", target.name ?? "");
    return object ? { ok: true, object } : failure(404, "NotFound", "not found");
  }

  /** A patch that sets uid or resourceVersion only applies to the object that has them. */
  #settlePatch<T extends KubeObject>(target: Target, current: Stored<T>, next: Stored<T>): Outcome<Stored<T>> {
    const { uid, resourceVersion } = current.metadata;
    if (next.metadata.uid !== uid || next.metadata.resourceVersion !== resourceVersion)
      return failure(409, "Conflict", "stale");
    return this.#settle(target, next);
  }

  /** Stores a changed object; one that is being deleted and has no finalizers left is removed. */
  #settle<T extends KubeObject>(target: Target, object: Stored<T>): Outcome<Stored<T>> {
    if (object.metadata.deletionTimestamp && (object.metadata.finalizers ?? []).length === 0) {
      this.#write("DELETED", target, object as Any);
      return { ok: true, object };
    }
    return { ok: true, object: this.put(target.resource, object) as Stored<T> };
  }

  #refused(verb: string, target: Target, object?: KubeObject): Outcome<never> | undefined {
    if (this.requests.length > 20_000) throw new Error("the controllers never settle");
    this.requests.push(
      `${verb} ${target.resource}${target.subresource ? `/${target.subresource}` : ""} ${target.name}`,
    );
    const status = this.refuse(verb, target, object);
    if (!status) return undefined;
    const refused = failure(status.code ?? 403, status.reason ?? "Forbidden", status.message ?? "");
    return { ...refused, status: { ...refused.status, ...status } };
  }

  #write(type: Change["type"], { resource, namespace = "", name = "" }: Target, object: Any): Any {
    const revision = (this.#changes.length + 1) as Revision;
    const next = { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
    const key = { resource, namespace, name };
    this.#changes.push({ type, revision, key, text: JSON.stringify(next), attributes: NO_ATTRIBUTES });
    if (type === "DELETED") this.#objects.delete(`${resource}/${namespace}/${name}`);
    else this.#objects.set(`${resource}/${namespace}/${name}`, { target: key, object: next });
    this.onCommit();
    return next;
  }

  readonly #generate = (object: KubeObject) =>
    `${object.metadata.generateName}${String(++this.#names).padStart(5, "0")}`;
  readonly #time = () => timestamp(this.now);
}

const specOf = (object: KubeObject) => JSON.stringify((object as { spec?: unknown }).spec);

const failure = (code: number, reason: string, message: string): { ok: false; status: Status } => ({
  ok: false,
  status: { metadata: {}, status: "Failure", code, reason, message },
});

const mergeSubresource = (target: Target, current: KubeObject, next: Json): Json =>
  target.subresource === "status" || target.subresource === "approval"
    ? { ...(current as unknown as Json), status: next.status }
    : {
        ...next,
        ...((current as { status?: unknown }).status ? { status: (current as { status?: unknown }).status } : {}),
      };
