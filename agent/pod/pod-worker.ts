/** Runs one pod: observe, plan, act, report, one step at a time, as plan.ts and status.ts decide; and the wake-ups. */
import type { Pod } from "../../api/generated/core.v1.ts";
import type { EventTarget } from "../event-recorder.ts";
import { graceOf } from "../pod-spec/grace.ts";
import { isTerminal } from "../pod-spec/pod-phase.ts";
import type { Eviction } from "../pressure/choose-victim.ts";
import type { ContainerObservation, Observation } from "../runtime/observation.ts";
import { steadyNow } from "../steady-now.ts";
import type { VolumeStats } from "../volumes/usage/volume-stats.ts";
import { ActiveDeadline, PAST_DEADLINE } from "./active-deadline.ts";
import { type WaitingForRoom, withAllocation } from "./allocation.ts";
import { carryOut, clearWaiting, showBackOff } from "./life/carry-out.ts";
import { endPod } from "./life/end-pod.ts";
import { planPod } from "./life/plan.ts";
import { prepareClaims, prepareVolumes } from "./life/prepare-pod.ts";
import { startAfresh } from "./life/start-container.ts";
import { shorten } from "./life/stop-containers.ts";
import { WakeLoop } from "./life/wake-loop.ts";
import { evicted, evictedOverLimit, type NodeVerdict, PREEMPTED, shutDown } from "./node-verdicts.ts";
import type { PodState } from "./pod-counts.ts";
import { PodRecord, RETRY_MS } from "./pod-record.ts";
import { actuate, allocate } from "./resize/resize-pod.ts";
import { isNotableChange } from "./status/notable-change.ts";
import type { WorkerContext } from "./worker-context.ts";

/** Everything known to change by itself wakes its pod in time; this is for what is not known. */
const MAX_SLEEP_MS = 300_000;

export class PodWorker {
  readonly #record: PodRecord;
  readonly #loop: WakeLoop;
  readonly #onDone: (again: Pod | undefined) => void;
  readonly #deadline = new ActiveDeadline();
  #admitted = false;
  /** The pod that the API has again after it had none, as after a restore. */
  #again: Pod | undefined;
  /** `onDone`: nothing of the pod is left on the machine; the API has no such pod, or has it again. */
  constructor(context: WorkerContext, pod: Pod, onDone: (again: Pod | undefined) => void) {
    this.#onDone = onDone;
    this.#loop = new WakeLoop({
      step: () => this.#timedStep(),
      onError: (error) => this.#failed(error),
      longestSleepMs: MAX_SLEEP_MS,
    });
    this.#record = new PodRecord(context, pod, {
      now: () => this.wake(),
      within: (ms) => this.#loop.wakeIn(ms),
      accepted: (pod) => this.#statusAccepted(pod),
    });
  }

  /** With the status computed by the agent. */
  get pod(): Pod {
    return { ...this.#record.pod, status: this.#record.status };
  }

  /** With its allocated resources, if it requests others. */
  get allocated(): Pod {
    return withAllocation(this.#record.pod, this.#record.allocation);
  }

  /** Set while it requests more than it has been allocated; undefined: it does not, or can never have it. */
  get waitingForRoom(): WaitingForRoom | undefined {
    const { pod, waitsSince, resize } = this.#record;
    const waits = resize.kind === "pending" && resize.reason === "Deferred" && !this.ended;
    return waits && waitsSince !== undefined ? { requested: pod, given: this.allocated, since: waitsSince } : undefined;
  }

  /** The pod uses no more of the node: as with a kubelet, its room can be given to others right away. */
  get ended(): boolean {
    return this.#record.gone || this.#record.verdict !== undefined || isTerminal(this.#record.status.phase);
  }

  get directories() {
    return this.#record.directories;
  }

  volumeStats(which: { readonly onlyClaimed?: boolean } = {}): Promise<readonly VolumeStats[]> {
    const { volumes, pod, context } = this.#record;
    return volumes.stats(pod, context.objects(pod.metadata.namespace ?? ""), which);
  }

  /** As last seen. */
  get runningContainers(): readonly ContainerObservation[] {
    return this.#record.running;
  }

  evict(eviction: Eviction): void {
    this.#endForNode(evicted(eviction), eviction.annotations);
  }

  evictOverLimit(message: string): void {
    this.#endForNode(evictedOverLimit(message));
  }

  /** Removes what the pod's containers left, once it has ended. */
  freeRoom(): void {
    this.#record.freesRoom = true;
    this.wake();
  }

  preempt(): void {
    this.#endForNode(PREEMPTED);
  }

  shutDown(graceSeconds: number): void {
    this.#end(shutDown(graceSeconds));
  }

  get state(): PodState {
    const { isStatic, gone, mirror, terminating, endedAt } = this.#record;
    return {
      isStatic,
      isDesired: !gone,
      isActive: !this.ended,
      hasMirror: mirror !== undefined,
      lifecycle: endedAt !== undefined ? "terminated" : terminating ? "terminating" : "sync",
    };
  }

  /** Nothing of it runs, its volumes are released, and the API has its last status. */
  get isOver(): boolean {
    return this.#record.endedAt !== undefined && !this.#record.reporter.isBusy;
  }

  #endForNode(verdict: NodeVerdict, annotations?: EventTarget["annotations"]): void {
    if (!this.#end(verdict)) return;
    const target = { pod: this.#record.pod, ...(annotations && { annotations }) };
    this.#record.context.events.record(target, "Warning", verdict.reason, verdict.message);
  }

  /** Returns whether it was not ending already. */
  #end(verdict: NodeVerdict): boolean {
    const record = this.#record;
    if (record.verdict !== undefined || record.terminating) return false;
    record.verdict = { ...verdict, refused: false, endedByNode: true };
    record.abort.abort();
    this.#endSooner(record.grace, graceOf(record.pod));
    this.wake();
    return true;
  }

  /** A container that failed its probe, for example, may be in the middle of a longer grace period. */
  #endSooner(graceSeconds: number, before: number): void {
    const record = this.#record;
    if (graceSeconds >= before) return;
    shorten(record, graceSeconds).catch(({ message }: Error) => record.context.log.warn(message));
  }

  /** Whether the node has admitted the pod, in this run of the agent or an earlier one. */
  get isAdmitted(): boolean {
    return this.#admitted || this.#record.status.startTime !== undefined;
  }

  get grace(): number {
    return this.#record.grace;
  }

  /** A static pod's status is reported on its mirror, once there is one. */
  mirrored(mirror: Pod): void {
    const record = this.#record;
    const isNew = record.mirrored(mirror);
    if (isNew && record.isObserved) record.reportSeen();
    else if (record.isContradicted) this.wake();
  }

  get mirror(): Pod | undefined {
    return this.#record.mirror;
  }

  /** The API's pod has changed. */
  update(pod: Pod): void {
    const record = this.#record;
    if (record.gone) {
      this.#again = pod;
      return;
    }
    const before = record.pod;
    record.pod = pod;
    record.reporter.follow(pod);
    if (record.isDeleted) this.#endSooner(graceOf(pod), graceOf(before));
    if (isNotableChange(before, pod, record.status)) record.statusAtChange = pod.status;
    else if (!record.isContradicted) return;
    if (record.isDeleted) record.abort.abort();
    startAfresh(record, before);
    this.wake();
  }

  #statusAccepted(pod: Pod): void {
    const { isStatic, pod: known } = this.#record;
    if (isStatic) this.mirrored(pod);
    else if (Number(pod.metadata.resourceVersion) > Number(known.metadata.resourceVersion ?? 0)) this.update(pod);
  }

  /** The API no longer has the pod: what is still running of it is stopped. */
  remove(): void {
    this.#again = undefined;
    this.#record.gone = true;
    this.#record.terminating = true;
    this.#record.abort.abort();
    this.#record.reporter.stop();
    this.wake();
  }

  /** An object that the pod refers to has changed, or the connection is back. */
  objectsChanged(): void {
    this.#record.retryAt.clear();
    this.#record.retryVolumes();
    this.#record.reporter.retryNow();
    this.wake();
  }

  stop(): void {
    this.#loop.stop();
    this.#record.stop();
  }

  wake(): void {
    this.#loop.wake();
  }

  #failed({ message }: Error): void {
    const { namespace, name } = this.#record.pod.metadata;
    this.#record.context.log.warn(`pod ${namespace}/${name}: ${message}`);
    this.#loop.wakeIn(RETRY_MS);
  }

  async #timedStep(): Promise<void> {
    const { terminating, context } = this.#record;
    const [operation, began] = [terminating ? "kill" : this.#admitted ? "sync" : "create", steadyNow()] as const;
    await this.#step();
    context.lifeCounts.worked(operation, (steadyNow() - began) / 1000);
  }

  async #step(): Promise<void> {
    const record = this.#record;
    const observation = await record.observe();
    if (record.isDeleted) record.terminating = true;
    if (!this.#admitted && !record.terminating && !isTerminal(record.pod.status.phase)) await this.#admit(observation);
    this.#checkDeadline();
    if (isTerminal(record.pod.status.phase) || record.verdict !== undefined) record.terminating = true;
    clearWaiting(record, observation);
    if (record.terminating) return this.#endStep(observation);

    allocate(record);
    if (record.resize.kind === "in-progress") record.report(observation);
    if (await actuate(record, observation)) return this.wake();
    const plan = planPod({ pod: record.current(), observation, local: record.local(), now: Date.now() });
    if (plan.wakeAt !== undefined) this.#loop.wakeIn(plan.wakeAt - Date.now());
    for (const action of plan.actions) if (action.do === "back-off") showBackOff(record, action);
    record.report(observation);
    if (!(await prepareVolumes(record)) || !(await prepareClaims(record))) return;
    const { signal } = record.abort;
    let hasChanged = false;
    for (const action of plan.actions) {
      if (signal.aborted) break;
      const result = await carryOut(record, action, observation);
      if (result === "changed") hasChanged = true;
      if (result === "failed" && action.do !== "start-container") break;
      if (result === "failed" && action.do === "start-container" && action.target.role === "init") break;
    }
    // The next step observes and reports at once.
    if (hasChanged || signal.aborted) return this.wake();
    // Nothing was done; at most, the reason is new.
    record.report(observation);
    const now = steadyNow();
    const renewAt = record.volumes.renewAfter(now);
    if (renewAt !== undefined) this.#loop.wakeIn(renewAt - now);
  }

  async #admit({ containers }: Observation): Promise<void> {
    const record = this.#record;
    const onAdmitted = () => {
      this.#admitted = true;
    };
    if (containers.length > 0) return onAdmitted();
    const refusal = await record.context.admit(record.pod, onAdmitted);
    if (refusal === undefined) return;
    record.verdict = { ...refusal, refused: true };
    record.recordEvent(undefined, "Warning", refusal.reason, refusal.message);
  }

  #checkDeadline(): void {
    const record = this.#record;
    const now = { timeOfDay: Date.now(), steady: steadyNow() };
    const left = this.#deadline.left(record.pod, record.startTime, now);
    if (left === undefined || record.terminating) return;
    if (left > 0) this.#loop.wakeIn(left);
    else {
      record.verdict = PAST_DEADLINE;
      record.recordEvent(undefined, "Normal", PAST_DEADLINE.reason, PAST_DEADLINE.message);
    }
  }

  async #endStep(observation: Observation): Promise<void> {
    if (!(await endPod(this.#record, observation))) return;
    this.stop();
    this.#onDone(this.#again);
  }
}
