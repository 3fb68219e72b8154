/**
 * Plugins for certain resources. What they handle is data, so that the chain need not ask them about other resources,
 * and the objects that they are given have the types of their resources.
 */
import type { TokenRequest } from "../../api/generated/authentication.v1.ts";
import type { Binding } from "../../api/generated/core.v1.ts";
import type { Eviction } from "../../api/generated/policy.v1.ts";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import type { ResourceTypes } from "../../api/resources/resource-types.ts";
import type { GroupResource } from "../../api/store/store.ts";
import type { AdmissionPlugin, AdmissionRequest } from "./plugin.ts";

type Operation = "CREATE" | "UPDATE" | "DELETE";

/** What is posted to a subresource, in place of an object of the resource. */
interface PostedTypes {
  readonly binding: Binding;
  readonly eviction: Eviction;
  readonly token: TokenRequest;
}

/** An operation on the object itself, or on one of its subresources. */
type Handled =
  | Operation
  | `CREATE ${keyof PostedTypes}`
  | `UPDATE ${"approval" | "ephemeralcontainers" | "resize" | "status"}`;

interface Objects<T extends KubeObject> {
  readonly CREATE: { readonly operation: "CREATE"; readonly object: T; readonly old: undefined };
  readonly UPDATE: { readonly operation: "UPDATE"; readonly object: T; readonly old: Stored<T> };
  readonly DELETE: { readonly operation: "DELETE"; readonly object: undefined; readonly old: Stored<T> };
}

type ObjectsOf<T extends KubeObject, H> = H extends `CREATE ${infer S extends keyof PostedTypes}`
  ? Objects<PostedTypes[S]>["CREATE"]
  : H extends Operation
    ? Objects<T>[H]
    : Objects<T>["UPDATE"];

/** A request for a resource, by the operations and subresources in question. */
export type RequestFor<R extends keyof ResourceTypes, H extends Handled> = AdmissionRequest &
  ObjectsOf<ResourceTypes[R], H>;

interface ResourcePlugin<R extends keyof ResourceTypes, H extends Handled>
  extends Omit<AdmissionPlugin<RequestFor<R, H>>, "resources" | "handles"> {
  readonly resources: readonly R[];
  readonly handles: readonly H[];
  /** A further condition. Cheap, like {@link AdmissionPlugin.handles}. */
  when?(request: RequestFor<R, H>): boolean;
}

export function defineResourcePlugin<const R extends keyof ResourceTypes, const H extends Handled>({
  resources,
  handles,
  when,
  ...hooks
}: ResourcePlugin<R, H>): AdmissionPlugin {
  const handled: ReadonlySet<string> = new Set(handles);
  return {
    ...hooks,
    resources: new Set<GroupResource>(resources),
    handles(request) {
      const { operation, subresource } = request;
      if (!handled.has(subresource === "" ? operation : `${operation} ${subresource}`)) return false;
      return when?.(request as RequestFor<R, H>) ?? true;
    },
  };
}
