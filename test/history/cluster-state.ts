/** What a cluster contains after some changes, as a client with watches knows it. */
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import type { ResourceTypes } from "../../api/resources/resource-types.ts";
import type { GroupResource } from "../../api/store/store.ts";

export interface Change<T extends KubeObject = KubeObject> {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly resource: GroupResource;
  readonly object: Stored<T>;
  readonly revision: number;
  /** When it was received (ms). */
  readonly at: number;
}

export const keyOf = ({ metadata }: KubeObject): string => `${metadata.namespace ?? ""}/${metadata.name}`;

export class ClusterState {
  readonly #objects = new Map<GroupResource, Map<string, Stored<KubeObject>>>();

  apply({ resource, type, object }: Pick<Change, "resource" | "type" | "object">): void {
    const objects = this.#objects.get(resource) ?? new Map();
    this.#objects.set(resource, objects);
    if (type === "DELETED") objects.delete(keyOf(object));
    else objects.set(keyOf(object), object);
  }

  get<R extends keyof ResourceTypes>(
    resource: R,
    namespace: string,
    name: string,
  ): Stored<ResourceTypes[R]> | undefined {
    return this.find(resource, `${namespace}/${name}`) as Stored<ResourceTypes[R]> | undefined;
  }

  find(resource: GroupResource, key: string): Stored<KubeObject> | undefined {
    return this.#objects.get(resource)?.get(key);
  }

  list<R extends keyof ResourceTypes>(resource: R, namespace?: string): readonly Stored<ResourceTypes[R]>[] {
    return this.all(resource, namespace) as readonly Stored<ResourceTypes[R]>[];
  }

  all(resource: GroupResource, namespace?: string): readonly Stored<KubeObject>[] {
    const objects = [...(this.#objects.get(resource)?.values() ?? [])];
    return namespace === undefined ? objects : objects.filter(({ metadata }) => metadata.namespace === namespace);
  }

  get resources(): readonly GroupResource[] {
    return [...this.#objects.keys()];
  }

  byUid(uid: string): Stored<KubeObject> | undefined {
    for (const objects of this.#objects.values())
      for (const object of objects.values()) if (object.metadata.uid === uid) return object;
    return undefined;
  }
}
