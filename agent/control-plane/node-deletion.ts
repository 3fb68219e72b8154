/**
 * What a deleted node does: its pods end when the control plane has others run in their place, as under a kubelet.
 * Otherwise they would run twice, the ones here unseen.
 */
import type { NodeSync } from "../../api/node/node-sync.ts";
import type { Logger } from "../logger.ts";
import { isMirror } from "../static-pods/mirror.ts";
import type { ObjectCache } from "./objects.ts";

/** How long the control plane waits, too: the Node may have been deleted by mistake, or to be created anew. */
const ENDS_MS = 40_000;

export interface NodeDeletionOptions {
  readonly objects: Pick<ObjectCache, "pods">;
  readonly onSync: (sync: NodeSync) => void;
  /** The node itself asks for it, once its pods have ended. */
  readonly isLeaving: () => boolean;
  readonly log: Logger;
  /** The agent ends: what becomes of the pods is for its successor to say. */
  readonly signal: AbortSignal;
}

export class NodeDeletion {
  readonly #options: NodeDeletionOptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: NodeDeletionOptions) {
    this.#options = options;
  }

  begin(): void {
    const { isLeaving, log } = this.#options;
    if (isLeaving()) return;
    log.warn(
      `the Node of this machine was deleted: its pods end in ${ENDS_MS / 1000} s; end this, and start "sailplane up" again, or join with what "sailplane token create" prints`,
    );
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#end(), ENDS_MS).unref();
  }

  /** The control plane has the node. */
  revoke(): void {
    clearTimeout(this.#timer);
  }

  /** Pods of manifests stay, and would try for ever to have mirrors again. Whatever comes next is complete. */
  #end(): void {
    const { objects, onSync, signal } = this.#options;
    if (signal.aborted) return;
    const ending = objects.pods().filter((pod) => !isMirror(pod));
    const changes = ending.map((object) => ({ type: "DELETED", resource: "pods", object }) as const);
    onSync({ type: "sync", revision: 0, reset: false, changes });
  }
}
