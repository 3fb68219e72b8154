/**
 * What the scheduler writes, in two forms: as writes to the store, of which a whole batch is one commit, and as the
 * requests that kube-scheduler makes for the same, for clusters whose policies or webhooks want to be asked about them.
 */
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import type { GroupResource, Write } from "../../../api/store/store.ts";

export interface SchedulerRequest {
  readonly verb: "create" | "update" | "patch";
  readonly resource: GroupResource;
  readonly subresource?: string;
  readonly namespace: string;
  /** Absent: that of the body. */
  readonly name?: string;
  /** Of the object as admission sees it, if it has any. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** For `patch`, a strategic merge patch. */
  readonly body: object;
  /**
   * Why the pod cannot be bound if the request fails with this message; absent: the failure is of no consequence, as in
   * kube-scheduler.
   */
  readonly failure?: (message: string) => string;
}

export interface Change {
  readonly write: Write;
  /** In their order. Built only if somebody may have to be asked. */
  readonly requests: () => readonly SchedulerRequest[];
}

/** An object as a client sends it back: who owns its fields is up to the server. */
export function sentBack<T extends Stored<KubeObject>>({ metadata, ...object }: T): object {
  const { managedFields: _, ...sent } = metadata;
  return { ...object, metadata: sent };
}

export const writesOf = (changes: readonly Change[]): readonly Write[] => changes.map(({ write }) => write);

export const requestsOf =
  (changes: readonly Change[]): Change["requests"] =>
  () =>
    changes.flatMap(({ requests }) => requests());
