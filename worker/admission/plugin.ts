/**
 * An admission plugin: one file each, in the order of worker/admission/index.ts. A plugin changes the draft, warns,
 * refuses by throwing an ApiError, and adds writes and expectations to the commit, so that what it decided still holds
 * when the object is stored (quota, allocations, a namespace that is not ending).
 */
import type { FieldError } from "../../api/machinery/field-error.ts";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import type { Key, Write } from "../../api/store.ts";
import type { RequestContext } from "../request-context.ts";
import type { KeyedReads } from "./keyed-reads.ts";

export interface AdmissionRequest {
  readonly operation: "CREATE" | "UPDATE" | "DELETE" | "CONNECT";
  readonly context: RequestContext;
  /** "" for the object itself. */
  readonly subresource: string;
  readonly namespace: string;
  /** "" while a create has no name yet. */
  readonly name: string;
  /** The draft, undefined for DELETE. At the stored version. */
  readonly object: KubeObject | undefined;
  /** The stored object, undefined for CREATE. */
  readonly old: Stored<KubeObject> | undefined;
  readonly dryRun: boolean;
  /** What the client said of a deletion besides. */
  readonly options?: object;
  /** What plugins look at beside the object. */
  readonly reads: KeyedReads;
  /** What the commit must carry besides the object. */
  readonly writes: Write[];
  /** Names that were drawn at random for keys in `writes`: when one is taken, the whole request is decided again. */
  readonly drawn: Set<string>;
}

/** What those whom a plugin asks (webhooks, policies) made of the object. */
export interface Invoked {
  readonly changed: boolean;
  /** Asks those once more that want to see what others made of it since. */
  readonly again: () => Promise<void>;
}

export interface AdmissionPlugin {
  /** As kube-apiserver names it: `NamespaceLifecycle`. */
  readonly name: string;
  /** Whether the plugin has a say; cheap, asked for every request. */
  readonly handles: (request: AdmissionRequest) => boolean;
  /** Keys that the plugin will look at, read together with those of others before the first plugin runs. */
  readonly reads?: (request: AdmissionRequest) => readonly Key[];
  /** Runs in order before validation; may change the draft. */
  readonly mutate?: (request: AdmissionRequest) => void | Promise<void>;
  /**
   * Beside `mutate`, for plugins that ask others: where one of those changes the object, all plugins see it once more,
   * `mutate` as the first time (so it does no harm twice), `invoke` by what it answered.
   */
  readonly invoke?: (request: AdmissionRequest) => Promise<Invoked>;
  /** What of an update its sender has no right to write: told before what the kind's own validation finds, and with it. */
  readonly withoutRights?: (request: AdmissionRequest) => Promise<readonly FieldError[]>;
  /** Runs after the kind's own validation; the draft is final. */
  readonly validate?: (request: AdmissionRequest) => void | Promise<void>;
  /** Runs last: takes what the object needs of the cluster (addresses, quota), by changes and by writes. */
  readonly allocate?: (request: AdmissionRequest) => void | Promise<void>;
  /**
   * Words a commit that failed on one of this plugin's writes, where the failure is the client's. Throws an ApiError,
   * or returns to say "not mine".
   */
  readonly explain?: (request: AdmissionRequest, failed: Write) => void | Promise<void>;
}
