/**
 * An admission plugin: one file each, in the order of worker/admission/index.ts. A plugin changes the draft, warns,
 * refuses by throwing an ApiError, and adds writes and expectations to the commit, so that its decision still holds
 * when the object is stored (quota, allocations, a namespace that is not terminating).
 */
import type { FieldError } from "../../api/machinery/field-error.ts";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import type { GroupResource, Key, Write } from "../../api/store/store.ts";
import type { RequestContext } from "../request-context.ts";
import type { KeyedReads } from "./keyed-reads.ts";

export interface AdmissionRequest {
  readonly operation: "CREATE" | "UPDATE" | "DELETE" | "CONNECT";
  readonly context: RequestContext;
  /** "" for the object itself. */
  readonly subresource: string;
  readonly namespace: string;
  /** "" while the name of a new object is yet to be generated, and when a collection is deleted. */
  readonly name: string;
  /** What `name` was when plugins could still change the object. */
  readonly nameAtFirst?: string;
  /** The draft at the stored version; undefined for DELETE. */
  readonly object: KubeObject | undefined;
  /** The stored object, undefined for CREATE. */
  readonly old: Stored<KubeObject> | undefined;
  readonly dryRun: boolean;
  /** The options of a deletion. */
  readonly options?: object;
  /** What plugins read besides the object. */
  readonly reads: KeyedReads;
  /** What is committed along with the object. */
  readonly writes: Write[];
  /** Keys in `writes` that were chosen at random: if one is taken, the whole request is decided again. */
  readonly drawn: Set<string>;
}

/** What the webhooks or policies that a plugin calls made of the object. */
export interface Invoked {
  readonly changed: boolean;
  /** Calls those again that want to see later changes of others. */
  readonly again: () => Promise<void>;
}

export interface AdmissionPlugin<R extends AdmissionRequest = AdmissionRequest> {
  /** Named as in kube-apiserver: `NamespaceLifecycle`. */
  readonly name: string;
  /** The resources that it is for; absent: all. */
  readonly resources?: ReadonlySet<GroupResource>;
  /** Whether the plugin is concerned. Cheap, because it is called for every request. */
  handles(request: AdmissionRequest): boolean;
  /**
   * Keys that the plugin will read; they are fetched together with those of other plugins before the first one runs.
   */
  reads?(request: R): readonly Key[];
  /** Runs in order before validation; may change the draft. */
  mutate?(request: R): void | Promise<void>;
  /**
   * In place of a plain `mutate`, for plugins that call others. If one of those changes the object, all plugins see it
   * once more: `mutate` runs again (so it must be idempotent), and `invoke` continues by what it returned.
   */
  invoke?(request: R): Promise<Invoked>;
  /**
   * Fields of a write that its sender has no right to write. Reported ahead of, and together with, what the kind's
   * validation finds.
   */
  withoutRights?(request: R): Promise<readonly FieldError[]>;
  /** Runs after the kind's own validation: gives the object what the cluster chooses for it (addresses). */
  assign?(request: R): void | Promise<void>;
  /** Runs after that; the draft is final. */
  validate?(request: R): void | Promise<void>;
  /** Runs last: takes from the cluster what the object needs (quota), and returns what it no longer does, by writes. */
  allocate?(request: R): void | Promise<void>;
  /**
   * Explains a commit that failed on one of this plugin's writes, if the client is at fault. Throws an ApiError;
   * returns if the write is not this plugin's.
   */
  explain?(request: R, failed: Write): void | Promise<void>;
}
