/** What a worker knows about its pod beyond the API's object and the runtime's observation, and how it reports it. */
import { join } from "node:path";
import type { Pod, PodStatus, ResourceRequirements } from "../../api/generated/core.v1.ts";
import type { BackOff } from "../back-off.ts";
import type { PodContainer } from "../pod-spec/containers.ts";
import { graceOf } from "../pod-spec/grace.ts";
import { isTerminal } from "../pod-spec/pod-phase.ts";
import type { Waiting } from "../pod-spec/waiting.ts";
import { earlierResults } from "../probes/earlier-results.ts";
import { Prober } from "../probes/prober.ts";
import type { ContainerObservation, Observation } from "../runtime/observation.ts";
import type { SandboxConfig } from "../runtime/sandbox.ts";
import { isStatic } from "../static-pods/mirror.ts";
import { steadyNow } from "../steady-now.ts";
import { PodVolumes } from "../volumes/pod-volumes.ts";
import { type Allocation, initialAllocation, type ResizeState, SETTLED } from "./allocation.ts";
import { canMountRecursiveReadOnly } from "./config/recursive-read-only.ts";
import { Endings } from "./endings.ts";
import type { PodLocal, Verdict } from "./local.ts";
import { EVICTED } from "./node-verdicts.ts";
import { probeReports } from "./probe-reports.ts";
import { runningOf } from "./running-containers.ts";
import { isOwnCondition } from "./status/conditions.ts";
import { deviceHealth } from "./status/device-health.ts";
import { withEarlierTimes } from "./status/earlier-times.ts";
import { terminationsBetween } from "./status/life-counts.ts";
import { podStatus } from "./status/status.ts";
import { StatusReporter } from "./status/status-reporter.ts";
import { terminatedStatus } from "./status/terminated-status.ts";
import { terminationMessage } from "./status/termination-message.ts";
import type { WorkerContext } from "./worker-context.ts";

export const RETRY_MS = 10_000;

/** How the record wakes its worker. */
export interface Wake {
  now(): void;
  within(ms: number): void;
}

const readinessOf = ({ conditions = [] }: PodStatus) => conditions.find(({ type }) => type === "Ready")?.status;

export class PodRecord {
  readonly context: WorkerContext;
  readonly directory: string;
  readonly logDirectory: string;
  readonly volumes: PodVolumes;
  readonly prober: Prober;
  readonly reporter: StatusReporter;
  /** Aborted when the pod is to go: whatever is about to start something stops. */
  readonly abort = new AbortController();
  readonly endings = new Endings();
  readonly wake: Wake;
  readonly waiting = new Map<string, Waiting>();
  /** When a container that failed to start is retried (ms), by name. */
  readonly retryAt = new Map<string, number>();
  readonly backOff = new Map<string, BackOff>();
  /** When volumes that could not be set up are retried (ms). */
  volumeRetry: { readonly waitMs: number; readonly at: number; readonly missing: boolean } | undefined;
  readonly messages = new Map<string, string>();
  readonly restartedAll = new Map<string, number>();
  restartingAll = false;
  allocation: Allocation;
  resize: ResizeState = SETTLED;
  /** Since when its resize has been waiting, by `steadyNow`. */
  waitsSince: number | undefined;
  /** Resources set on running containers since they started, by id. */
  readonly actual = new Map<string, ResourceRequirements>();
  /** Those of the pod as a whole. */
  actualWhole: ResourceRequirements | undefined;
  pod: Pod;
  /** In the API, when the pod itself last changed. */
  statusAtChange: PodStatus;
  /** As last computed by the agent. */
  status: PodStatus;
  verdict: Verdict | undefined;
  terminating = false;
  /** The node needs the room of what the pod left in its containers, once it has ended. */
  freesRoom = false;
  /** The API no longer has the pod. */
  gone = false;
  sandbox: SandboxConfig | undefined;
  /** As last seen. */
  running: readonly ContainerObservation[] = [];
  /** The mirror pod of a static pod. */
  mirror: Pod | undefined;
  /** The uid of the mirror that was reported to. */
  #reportedTo: string | undefined;
  /** A status has been computed from an observation. */
  isObserved = false;
  startTime: number;
  /** As an earlier run of the agent may have left it. */
  #earlier: PodStatus;
  #ips: readonly string[] = [];
  /** The runtime handler, once there is a sandbox. */
  #handler: string | undefined;
  #isFinished: boolean;
  /** When the last container was seen to have ended for good (ms). */
  endedAt: number | undefined;
  readonly #firstSeen = steadyNow();

  constructor(context: WorkerContext, pod: Pod, wake: Wake & { readonly accepted: (pod: Pod) => void }) {
    this.context = context;
    this.pod = pod;
    this.wake = wake;
    this.statusAtChange = pod.status;
    this.#earlier = pod.status;
    this.status = pod.status;
    this.allocation = initialAllocation(pod);
    this.actualWhole = this.allocation.whole;
    // An earlier run of the agent has reported its last status.
    this.#isFinished =
      isTerminal(pod.status.phase) && !(pod.status.containerStatuses ?? []).some(({ state }) => state?.running);
    const { namespace, name, uid = "" } = pod.metadata;
    this.directory = join(context.podsDirectory, uid);
    this.logDirectory = context.logs.directoryOf(pod);
    this.volumes = new PodVolumes(this.directory, { ...context, storage: context.lifeCounts.storage });
    this.startTime = pod.status.startTime === undefined ? Date.now() : Date.parse(pod.status.startTime);
    this.reporter = new StatusReporter(context.reports, pod, {
      onAccepted: wake.accepted,
      onRefused: (why) => context.log.warn(`the status of pod ${namespace}/${name} is refused: ${why}`),
      onForbidden: (why) =>
        context.log.warn(`the status of pod ${namespace}/${name} is refused, and is sent until it is taken: ${why}`),
    });
    this.prober = new Prober({
      runtime: context.runtime,
      podIP: () => this.#ips[0] ?? context.hostIPs()[0] ?? "127.0.0.1",
      earlier: (containerId) => earlierResults(this.#earlier, containerId),
      onResult: () => {
        wake.now();
        // Ending the pod waits for its containers, and is not woken.
        if (this.terminating) this.reportSeen();
      },
      ...probeReports(pod, context.probeCounts, (...event) => this.recordEvent(...event)),
    });
  }

  /** What was missing may be there now. */
  retryVolumes(): void {
    if (this.volumeRetry !== undefined) this.volumeRetry = { ...this.volumeRetry, at: 0 };
  }

  get directories() {
    return { directory: this.directory, logDirectory: this.logDirectory };
  }

  get uid(): string {
    return this.pod.metadata.uid ?? "";
  }

  get isStatic(): boolean {
    return isStatic(this.pod);
  }

  get isDeleted(): boolean {
    return this.pod.metadata.deletionTimestamp !== undefined;
  }

  /** The node ended it for want of resources, in this run of the agent or an earlier one. */
  get isEvicted(): boolean {
    const { phase, reason } = this.pod.status;
    return this.verdict?.reason === EVICTED || (phase === "Failed" && reason === EVICTED);
  }

  /** The grace period of the pod's containers (s). */
  get grace(): number {
    return this.verdict?.graceSeconds ?? graceOf(this.pod);
  }

  recordEvent(container: PodContainer | undefined, type: "Normal" | "Warning", reason: string, message: string): void {
    const target = container === undefined ? { pod: this.pod } : { pod: this.pod, container };
    this.context.events.record(target, type, reason, message);
  }

  local(): PodLocal {
    return {
      startTime: this.startTime,
      hostIPs: this.context.hostIPs(),
      waiting: this.waiting,
      backOff: this.backOff,
      probes: this.prober.results(),
      ...(this.verdict === undefined ? {} : { verdict: this.verdict }),
      terminating: this.terminating,
      restartedAll: this.restartedAll,
      restartingAll: this.restartingAll,
      allocation: this.allocation,
      actual: this.actual,
      actualWhole: this.actualWhole,
      resize: this.resize,
      devices: deviceHealth(this.pod, this.context),
      recursiveReadOnly: canMountRecursiveReadOnly(this.context.runtime.features, this.#handler ?? ""),
    };
  }

  addresses() {
    const hostIPs = this.context.hostIPs();
    const known = this.#ips.length > 0 ? this.#ips : (this.status.podIPs ?? []).map(({ ip }) => ip ?? "");
    return { hostIPs, podIPs: this.pod.spec.hostNetwork === true || known.length === 0 ? hostIPs : known };
  }

  /** The pod with the status last computed by the agent; the parts that are not the agent's are the API's. */
  current(): Pod {
    const own = (this.status.conditions ?? []).filter(isOwnCondition);
    const foreign = (this.pod.status.conditions ?? []).filter((condition) => !isOwnCondition(condition));
    const { phase } = this.pod.status;
    return {
      ...this.pod,
      status: {
        ...this.status,
        ...(isTerminal(phase) && phase !== undefined ? { phase } : {}),
        conditions: [...foreign, ...own],
      },
    };
  }

  async observe(): Promise<Observation> {
    const observation = await this.context.runtime.observe(this.uid);
    const ips = observation.sandboxes[0]?.ips ?? [];
    if (ips.length > 0) this.#ips = ips;
    this.#handler = observation.sandboxes[0]?.handler ?? this.sandbox?.handler;
    this.running = observation.containers.filter(({ state }) => state === "running");
    this.prober.follow(this.gone ? [] : runningOf(this.pod, observation.containers));
    return { ...observation, containers: observation.containers.map((container) => this.#withMessage(container)) };
  }

  #withMessage(container: ContainerObservation): ContainerObservation {
    if (container.state !== "exited") return container;
    let message = this.messages.get(container.id);
    if (message === undefined) {
      message = terminationMessage(container);
      this.messages.set(container.id, message);
    }
    if (message === "") return container;
    return { ...container, message: container.message === "" ? message : `${container.message}: ${message}` };
  }

  /**
   * Whether the API's status contradicts the agent's last report: when a node is taken for lost, its pods are marked not
   * ready; a backup that is restored has statuses of its time.
   */
  get isContradicted(): boolean {
    const pod = this.mirror ?? this.pod;
    if (this.reporter.isOverwritten(pod)) return true;
    const reported = readinessOf(this.status);
    const known = readinessOf(pod.status);
    return !this.reporter.isBusy && reported !== undefined && known !== undefined && reported !== known;
  }

  /** The pod has this mirror, whose status an earlier run of the agent may have written. Returns whether it is new. */
  mirrored(mirror: Pod): boolean {
    const before = this.mirror;
    this.mirror = mirror;
    this.reporter.follow(mirror);
    if (before?.metadata.uid === mirror.metadata.uid) return false;
    if (before === undefined) this.#earlier = mirror.status;
    this.status = withEarlierTimes(this.status, mirror.status);
    if (this.status.startTime !== undefined) this.startTime = Date.parse(this.status.startTime);
    return true;
  }

  /** Nothing of the pod runs any more, or will. */
  finish(): void {
    if (this.#isFinished || this.verdict?.refused === true) return;
    this.#isFinished = true;
    this.#report(terminatedStatus({ ...this.pod, status: this.statusAtChange }, this.status));
  }

  /** What is running now. */
  reportSeen(): void {
    this.observe().then(
      (observation) => this.report(observation),
      ({ message }: Error) => this.context.log.warn(message),
    );
  }

  report(observation: Observation): void {
    if (this.#isFinished) this.#report(this.status);
    else this.#report(podStatus({ pod: this.current(), observation, local: this.local(), now: Date.now() }));
  }

  #report(status: PodStatus): void {
    const isSame = JSON.stringify(status) === JSON.stringify(this.status) && this.pod.status.phase === status.phase;
    const mirror = this.mirror?.metadata.uid;
    if (isSame && this.#reportedTo === mirror && !this.isContradicted) return;
    const { lifeCounts } = this.context;
    lifeCounts.ended(terminationsBetween(this.status, status));
    if (this.status.phase === "Pending" && status.phase === "Running")
      lifeCounts.podStarts.observe((steadyNow() - this.#firstSeen) / 1000);
    this.status = status;
    this.isObserved = true;
    if (this.isStatic && mirror === undefined) return;
    this.#reportedTo = mirror;
    if (!this.gone) this.reporter.report(status, { replace: this.verdict?.refused === true });
  }

  stop(): void {
    this.prober.stop();
    this.reporter.stop();
  }
}
