/**
 * Reports the status of one pod to the API: always the newest, one request at a time, retried until it succeeds. What
 * others wrote in between (a readiness gate, a disruption) is left alone.
 */
import type { ContainerStatus, Pod, PodStatus } from "../../../api/generated/core.v1.ts";
import type { Status } from "../../../api/generated/meta.v1.ts";
import type { ApiClient, Outcome } from "../../../client/api-client.ts";
import { steadyNow } from "../../steady-now.ts";
import { ownPart, statusPatch } from "./status-patch.ts";

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

const revisionOf = ({ metadata }: Pod): number => Number(metadata.resourceVersion ?? 0);

export interface StatusReporterOptions {
  /** Called with the API's pod after each report, but for one that is answered when this has stopped: it may be gone by then. */
  readonly onAccepted: (pod: Pod) => void;
  /** The API rejects a status for its content, and will not get it again. */
  readonly onRefused: (why: string) => void;
  /** The API refuses to take a status from this node, which sends it again until it is taken; said once for a reason. */
  readonly onForbidden: (why: string) => void;
}

interface Report {
  readonly status: PodStatus;
  /** Whether the API's status goes, instead of being extended. */
  readonly replace: boolean;
}

export class StatusReporter {
  readonly #client: ApiClient;
  readonly #options: StatusReporterOptions;
  /** Why the last report was refused; "": it was not. */
  #forbidden = "";
  #pod: Pod;
  #next: Report | undefined;
  /** What the API took last, and the pod as it was then. */
  #accepted: { readonly status: PodStatus; readonly pod: Pod } | undefined;
  #restoredAt = Number.NEGATIVE_INFINITY;
  #sending: Promise<void> | undefined;
  #stopped = false;
  #wake: (() => void) | undefined;
  /** Ends the delay of a status that only says that the pod is starting. */
  #skipDelay: (() => void) | undefined;

  constructor(client: ApiClient, pod: Pod, options: StatusReporterOptions) {
    this.#client = client;
    this.#pod = pod;
    this.#options = options;
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
    await this.#sendNewest();
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

  async #sendNewest(): Promise<void> {
    let retry = FIRST_RETRY_MS;
    while (this.#next !== undefined && !this.#stopped) {
      const delay = this.#delayOf(this.#next.status);
      if (delay > 0) await this.#holdBack(delay);
      if (this.#stopped) return;
      if (await this.#send(this.#next)) {
        retry = FIRST_RETRY_MS;
        continue;
      }
      if (this.#stopped) return;
      await this.#sleep(retry, (end) => {
        this.#wake = end;
      });
      retry = Math.min(retry * 2, MAX_RETRY_MS);
    }
  }

  #holdBack(ms: number): Promise<void> {
    return this.#sleep(ms, (end) => {
      this.#skipDelay = end;
    });
  }

  /** Whether the API has decided about it: otherwise the newest is to be sent, after a while. */
  async #send(report: Report): Promise<boolean> {
    if (this.#isRestored(report.status)) this.#restoredAt = steadyNow();
    const outcome = await this.#request(report);
    if (outcome === undefined) return false;
    if (outcome.ok) this.#accept(report, outcome.object);
    return outcome.ok || this.#isFinal(report, outcome.status);
  }

  /** Undefined: there is no connection. */
  async #request({ status, replace }: Report): Promise<Outcome<Pod> | undefined> {
    const { namespace = "", name = "", uid } = this.#pod.metadata;
    try {
      return await this.#client.patch<Pod>(
        { resource: "pods", namespace, name, subresource: "status" },
        "application/strategic-merge-patch+json",
        { metadata: { uid }, status: statusPatch(this.#pod.status, status, { replace }) },
      );
    } catch {
      return undefined;
    }
  }

  #accept(report: Report, pod: Pod): void {
    this.#pod = pod;
    this.#accepted = { status: report.status, pod };
    this.#forbidden = "";
    if (this.#next === report) this.#next = undefined;
    if (!this.#stopped) this.#options.onAccepted(pod);
  }

  /** Whether a refusal holds for as long as the status is the same; reports what somebody has to know. */
  #isFinal(report: Report, { code = 0, message = "" }: Status): boolean {
    switch (code) {
      case 404:
        // The pod is gone: nobody is left to tell.
        this.#next = undefined;
        return true;
      case 422:
        // Of another pod of that name, nobody has to know.
        if (!message.includes("metadata.uid")) this.#options.onRefused(message);
        if (this.#next === report) this.#next = undefined;
        return true;
      default:
        if (!isForbidden(code)) return false;
        if (message !== this.#forbidden) this.#options.onForbidden(message);
        this.#forbidden = message;
        return false;
    }
  }
}
