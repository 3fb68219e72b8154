/**
 * Reports the status of one pod to the API: always the newest, one request at a time, retried until it succeeds. What
 * others wrote in between (a readiness gate, a disruption) is left alone.
 */
import type { ContainerStatus, Pod, PodCondition, PodStatus } from "../../../api/generated/core.v1.ts";
import type { ApiClient } from "../../../client/api-client.ts";
import { steadyNow } from "../../steady-now.ts";
import { isOwnCondition } from "./conditions.ts";

const FIRST_RETRY_MS = 200;
const MAX_RETRY_MS = 10_000;
/** How long a status is held back that only says that the pod is starting: most have started by then. */
const STARTING_MS = 100;
/** A status that somebody keeps changing is restored as seldom as this, as by a kubelet. */
const RESTORE_MS = 10_000;

/** What somebody has to change: a role, a policy or a webhook. Of the others, 401 and 429 pass, and 409 is a conflict. */
const isForbidden = (code: number): boolean => code >= 400 && code < 500 && ![401, 409, 429].includes(code);

const STARTING: ReadonlySet<string> = new Set(["ContainerCreating", "PodInitializing"]);

const hasYetToStart = ({ state, lastState }: ContainerStatus): boolean =>
  STARTING.has(state?.waiting?.reason ?? "") && Object.keys(lastState ?? {}).length === 0;

/** Nothing of the pod has run yet, and nothing is wrong. */
export const isStarting = ({ phase, containerStatuses = [], initContainerStatuses = [] }: PodStatus): boolean =>
  phase === "Pending" && [...initContainerStatuses, ...containerStatuses].every(hasYetToStart);

/** Lists that a strategic merge patch would extend, so stale entries must be removed explicitly. */
const ADDRESSES = ["podIPs", "hostIPs"] as const;

/**
 * The scheduler's and the controllers' fields, which they may write at any time: `next` may have been computed before,
 * and a status that changes them is refused.
 */
const OTHERS: ReadonlySet<string> = new Set([
  "nominatedNodeName",
  "resourceClaimStatuses",
  "extendedResourceClaimStatus",
] satisfies (keyof PodStatus)[]);

const fieldsOf = (status: PodStatus, which: (key: string) => boolean): PodStatus =>
  Object.fromEntries(Object.entries(status).filter(([key]) => which(key)));
const isOthers = (key: string) => OTHERS.has(key);
const isOwn = (key: string) => !isOthers(key);

/** The agent's part of a status, to compare. */
const ownPart = ({ conditions = [], ...rest }: PodStatus): string =>
  JSON.stringify([
    fieldsOf(rest, isOwn),
    conditions.filter(isOwnCondition).map(({ type, status, reason, message }) => [type, status, reason, message]),
  ]);

const revisionOf = ({ metadata }: Pod): number => Number(metadata.resourceVersion ?? 0);

/** A strategic merge patch from the API's status to `next`. */
export function statusPatch(before: PodStatus, next: PodStatus, options: { readonly replace: boolean }): unknown {
  if (options.replace) return { $patch: "replace", ...fieldsOf(next, isOwn), ...fieldsOf(before, isOthers) };
  const { conditions = [], ...rest } = fieldsOf(next, isOwn);
  const gone = Object.keys(fieldsOf(before, isOwn)).filter((key) => key !== "conditions" && !(key in next));
  const held = new Set(conditions.map(({ type }) => type));
  const ended = (before.conditions ?? []).filter((condition) => isOwnCondition(condition) && !held.has(condition.type));
  const full = ({ reason, message, ...condition }: PodCondition) => ({
    ...condition,
    reason: reason ?? null,
    message: message ?? null,
  });
  return {
    ...Object.fromEntries(gone.map((key) => [key, null])),
    ...rest,
    ...Object.fromEntries(
      ADDRESSES.flatMap((key) => (rest[key] === undefined ? [] : [[key, [{ $patch: "replace" }, ...rest[key]]]])),
    ),
    "$setElementOrder/conditions": conditions.map(({ type }) => ({ type })),
    conditions: [
      ...conditions.filter(isOwnCondition).map(full),
      ...ended.map(({ type }) => ({ type, $patch: "delete" })),
    ],
  };
}

export interface StatusReporterOptions {
  /** Called with the API's pod after each report. */
  readonly onAccepted: (pod: Pod) => void;
  /** The API rejects a status for its content, and will not get it again. */
  readonly onRefused: (why: string) => void;
  /** The API refuses to take a status from this node, which sends it again until it is taken; said once for a reason. */
  readonly onForbidden: (why: string) => void;
}

export class StatusReporter {
  readonly #client: ApiClient;
  readonly #onAccepted: (pod: Pod) => void;
  readonly #onRefused: (why: string) => void;
  readonly #onForbidden: (why: string) => void;
  /** Why the last report was refused; "": it was not. */
  #forbidden = "";
  #pod: Pod;
  #next: { readonly status: PodStatus; readonly replace: boolean } | undefined;
  /** What the API took last, and the pod as it was then. */
  #accepted: { readonly status: PodStatus; readonly pod: Pod } | undefined;
  #restoredAt = Number.NEGATIVE_INFINITY;
  #sending: Promise<void> | undefined;
  #stopped = false;
  #wake: (() => void) | undefined;
  /** Ends the delay of a status that only says that the pod is starting. */
  #skipDelay: (() => void) | undefined;

  constructor(client: ApiClient, pod: Pod, { onAccepted, onRefused, onForbidden }: StatusReporterOptions) {
    this.#client = client;
    this.#pod = pod;
    this.#onAccepted = onAccepted;
    this.#onRefused = onRefused;
    this.#onForbidden = onForbidden;
  }

  /** The API's current pod. */
  follow(pod: Pod): void {
    this.#pod = pod;
  }

  /** Whether somebody has changed what the agent had reported, after the API took it. */
  isOverwritten(pod: Pod): boolean {
    const accepted = this.#accepted?.pod;
    if (this.isBusy || accepted === undefined || accepted.metadata.uid !== pod.metadata.uid) return false;
    return revisionOf(pod) > revisionOf(accepted) && ownPart(pod.status) !== ownPart(accepted.status);
  }

  report(status: PodStatus, options: { readonly replace: boolean }): void {
    this.#next = { status, ...options };
    if (!isStarting(status) && !this.#isRestored(status)) this.#skipDelay?.();
    this.#sending ??= this.#sendAll();
  }

  /** Whether the API has yet to answer a report. */
  get isBusy(): boolean {
    return this.#sending !== undefined;
  }

  /** Settles when the API has the newest status, or the pod is gone. */
  async flushed(): Promise<void> {
    while (this.#sending !== undefined) await this.#sending;
  }

  /** The connection is back: retries now. */
  retryNow(): void {
    this.#wake?.();
  }

  stop(): void {
    this.#stopped = true;
    this.#wake?.();
    this.#skipDelay?.();
  }

  async #sleep(ms: number, hold: (end: () => void) => void): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      hold(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** One that comes while the last one is being finished is sent, too. */
  async #sendAll(): Promise<void> {
    await this.#send();
    this.#sending = this.#next === undefined || this.#stopped ? undefined : this.#sendAll();
  }

  #isRestored(status: PodStatus): boolean {
    const accepted = this.#accepted;
    if (accepted === undefined || accepted.pod.metadata.uid !== this.#pod.metadata.uid) return false;
    return JSON.stringify(accepted.status) === JSON.stringify(status);
  }

  #delayOf(status: PodStatus): number {
    if (this.#isRestored(status)) return this.#restoredAt + RESTORE_MS - steadyNow();
    return isStarting(status) ? STARTING_MS : 0;
  }

  async #send(): Promise<void> {
    let retry = FIRST_RETRY_MS;
    while (this.#next !== undefined && !this.#stopped) {
      const delay = this.#delayOf(this.#next.status);
      if (delay > 0) {
        await this.#sleep(delay, (end) => {
          this.#skipDelay = end;
        });
        if (this.#stopped) return;
      }
      if (this.#isRestored(this.#next.status)) this.#restoredAt = steadyNow();
      const { status, replace } = this.#next;
      const sent = this.#next;
      const { namespace = "", name = "", uid } = this.#pod.metadata;
      try {
        const outcome = await this.#client.patch<Pod>(
          { resource: "pods", namespace, name, subresource: "status" },
          "application/strategic-merge-patch+json",
          { metadata: { uid }, status: statusPatch(this.#pod.status, status, { replace }) },
        );
        if (outcome.ok) {
          this.#pod = outcome.object;
          this.#accepted = { status, pod: outcome.object };
          this.#onAccepted(outcome.object);
          if (this.#next === sent) this.#next = undefined;
          retry = FIRST_RETRY_MS;
          this.#forbidden = "";
          continue;
        }
        const { code = 0, message = "" } = outcome.status;
        // The pod is gone or was replaced by another of that name: nobody is left to tell. A status that was rejected
        // for its content is not sent again.
        if (code === 404 || code === 422) {
          if (code === 422 && !message.includes("metadata.uid")) this.#onRefused(message);
          if (this.#next === sent || code === 404) this.#next = undefined;
          if (this.#next === undefined) return;
          continue;
        }
        if (isForbidden(code) && message !== this.#forbidden) this.#onForbidden(message);
        if (isForbidden(code)) this.#forbidden = message;
      } catch {
        // No connection: the newest status waits.
      }
      await this.#sleep(retry, (end) => {
        this.#wake = end;
      });
      retry = Math.min(retry * 2, MAX_RETRY_MS);
    }
  }
}
