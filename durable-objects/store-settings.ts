/** A deployment's settings for a cluster's store. */
import type { GroupResource, Revision } from "../api/store/store.ts";
import type { Sealing } from "./sealing/sealed-texts.ts";
import { Sealer } from "./sealing/sealer.ts";
import type { Subscription } from "./store/log/commit-notifier.ts";
import { defaultWindow, type Window } from "./store/log/compaction.ts";

/** An object that is notified when the log grows. */
interface Listener extends Rpc.DurableObjectBranded {
  notify(message: {
    readonly cluster: string;
    /** The resource whose log it is, if it is a shard. */
    readonly shard?: GroupResource | undefined;
    readonly revision: Revision;
  }): Promise<Subscription | undefined>;
}

/** Only listeners that the deployment binds are notified. */
export interface ClusterStoreEnv {
  readonly CONTROLLER_MANAGER?: DurableObjectNamespace<Listener>;
  readonly SCHEDULER?: DurableObjectNamespace<Listener>;
  readonly NODE_HUB?: DurableObjectNamespace<Listener>;
  /** How long history is kept, and at least how many revisions (rule STORE-COMPACT). Numbers as text. */
  readonly HISTORY_SECONDS?: string;
  readonly HISTORY_REVISIONS?: string;
  /** The keys that texts are encrypted with on disk (docs/spec/encryption.md). */
  readonly ENCRYPTION_KEYS?: string;
  /** The resources whose texts are encrypted, separated by commas; absent: Secrets. */
  readonly ENCRYPTED_RESOURCES?: string;
  /** Set if a single process is the whole deployment, so that no other can hold an object of the same name. */
  readonly ONE_PROCESS?: string;
  /** How many watches an object holds before relays carry the rest (docs/decisions/0012). A number as text. */
  readonly WATCHES_PER_OBJECT?: string;
}

export function sealingOf({ ENCRYPTION_KEYS, ENCRYPTED_RESOURCES = "secrets" }: ClusterStoreEnv): Sealing | undefined {
  const sealer = Sealer.parse(ENCRYPTION_KEYS);
  return sealer && { sealer, resources: new Set(ENCRYPTED_RESOURCES.split(",")) };
}

/** Where all objects share one thread, relays would gain nothing. */
export const watchesOf = ({ WATCHES_PER_OBJECT, ONE_PROCESS }: ClusterStoreEnv): number =>
  Number(WATCHES_PER_OBJECT) || (ONE_PROCESS ? Number.POSITIVE_INFINITY : WATCHES);
const WATCHES = 5000;

export const windowOf = ({ HISTORY_SECONDS, HISTORY_REVISIONS }: ClusterStoreEnv): Window => ({
  minAgeMs: HISTORY_SECONDS ? Number(HISTORY_SECONDS) * 1000 : defaultWindow.minAgeMs,
  minRevisions: HISTORY_REVISIONS ? Number(HISTORY_REVISIONS) : defaultWindow.minRevisions,
});
