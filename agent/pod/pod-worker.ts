/**
 * Runs one pod: observes, plans, does, reports, over and over, one step at a time. All decisions are in plan.ts and
 * status.ts; here are only their effects.
 */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Pod, PodStatus } from "../../api/generated/core.v1.ts";
import { Prober } from "../probes/prober.ts";
import type { ContainerObservation, Observation, SandboxConfig } from "../runtime/runtime.ts";
import { VolumeError } from "../volumes/payload.ts";
import { PodVolumes } from "../volumes/volume-manager.ts";
import { type BackOff, nextBackOff } from "./back-off.ts";
import { conditionsOf, isOwnCondition } from "./conditions.ts";
import { sandboxConfig } from "./container-config.ts";
import { allContainersOf, type PodContainer } from "./containers.ts";
import { podDns } from "./dns.ts";
import { ConfigError } from "./env.ts";
import { runHook } from "./hooks.ts";
import { podHostname } from "./hostname.ts";
import { graceOf, killContainer, killOrder, runningOf, SHORTEST_GRACE_SECONDS } from "./kill.ts";
import { restartCountOf } from "./labels.ts";
import type { PodLocal, Verdict, Waiting } from "./local.ts";
import { isTerminal } from "./phase.ts";
import { type Action, planPod } from "./plan.ts";
import { prepareContainer } from "./prepare-container.ts";
import { podStatus } from "./status.ts";
import { StatusReporter } from "./status-reporter.ts";
import { terminationMessage } from "./termination-message.ts";
import type { WorkerContext } from "./worker-context.ts";

const RETRY_MS = 10_000;
const HELD_MS = 1000;
/** Some kinds of change (a token's age, a deadline) show only when looked for. */
const LONGEST_SLEEP_MS = 60_000;

const withoutBookkeeping = ({ metadata, spec }: Pod): unknown => {
  const { resourceVersion: _, managedFields: __, ...rest } = metadata;
  return { rest, spec };
};

export class PodWorker {
  readonly #context: WorkerContext;
  readonly #directory: string;
  readonly #logDirectory: string;
  readonly #volumes: PodVolumes;
  readonly #prober: Prober;
  readonly #reporter: StatusReporter;
  readonly #abort = new AbortController();
  readonly #waiting = new Map<string, Waiting>();
  readonly #retryAt = new Map<string, number>();
  readonly #backOff = new Map<string, BackOff>();
  readonly #messages = new Map<string, string>();
  readonly #restartedAll = new Map<string, number>();
  #restartingAll: boolean | undefined;
  #pod: Pod;
  #status: PodStatus;
  #verdict: Verdict | undefined;
  #terminating = false;
  #gone = false;
  #admitted = false;
  #ips: readonly string[] = [];
  #sandbox: SandboxConfig | undefined;
  #startTime = Date.now();
  #timer: NodeJS.Timeout | undefined;
  #wakeAt: number | undefined;
  #running = false;
  #again = false;
  #killing = false;
  #onDone: () => void;
  #done = false;

  /** `onDone`: nothing of the pod is left on the machine, and the API no longer has it. */
  constructor(context: WorkerContext, pod: Pod, onDone: () => void) {
    this.#context = context;
    this.#pod = pod;
    this.#status = pod.status;
    this.#onDone = onDone;
    const { namespace, name, uid = "" } = pod.metadata;
    this.#directory = join(context.podsDirectory, uid);
    this.#logDirectory = join(context.logsDirectory, `${namespace}_${name}_${uid}`);
    this.#volumes = new PodVolumes(this.#directory, context.sources);
    if (pod.status.startTime !== undefined) this.#startTime = Date.parse(pod.status.startTime);
    this.#reporter = new StatusReporter(context.client, pod, (answered) => this.#answered(answered));
    this.#prober = new Prober({
      runtime: context.runtime,
      podIP: () => this.#ips[0] ?? context.hostIPs()[0] ?? "127.0.0.1",
      onResult: () => this.wake(),
      onFailure: (container, kind, { output, errored }) => {
        const word = `${kind[0]?.toUpperCase()}${kind.slice(1)}`;
        const message = `${word} probe ${errored === true ? "errored" : "failed"}: ${output}`;
        context.events.record({ pod: this.#pod, container }, "Warning", "Unhealthy", message);
      },
    });
  }

  get pod(): Pod {
    return { ...this.#pod, status: this.#status };
  }

  /** Where the pod's containers log, and what the status says of them. */
  get ended(): boolean {
    return this.#verdict !== undefined || isTerminal(this.#status.phase);
  }

  /** The API's pod has changed. */
  update(pod: Pod): void {
    const before = this.#pod;
    this.#pod = pod;
    this.#reporter.follow(pod);
    const deleted = pod.metadata.deletionTimestamp !== undefined;
    if (this.#terminating && deleted && graceOf(pod) < graceOf(before)) void this.#shorten(graceOf(pod));
    const same = JSON.stringify(withoutBookkeeping(before)) === JSON.stringify(withoutBookkeeping(pod));
    if (same && !this.#gateMoved() && !this.#lostReport(pod)) return;
    if (deleted) this.#abort.abort();
    this.wake();
  }

  /** Only a change of what a readiness gate amounts to is worth a new status (as in the kubelet). */
  #gateMoved(): boolean {
    if ((this.#pod.spec.readinessGates ?? []).length === 0) return false;
    const ready = this.#status.conditions?.find(({ type }) => type === "Ready")?.status;
    const statuses = [...(this.#status.initContainerStatuses ?? []), ...(this.#status.containerStatuses ?? [])];
    const now = conditionsOf({
      pod: this.#pod,
      statuses,
      phase: (this.#status.phase ?? "Pending") as "Pending",
      sandboxReady: true,
      now: "",
    }).find(({ type }) => type === "Ready")?.status;
    return ready !== now;
  }

  /** Somebody set the agent's own part of the status back. */
  #lostReport({ status }: Pod): boolean {
    return status.phase !== this.#status.phase && this.#status.phase !== undefined && isTerminal(this.#status.phase);
  }

  #answered(pod: Pod): void {
    if (Number(pod.metadata.resourceVersion) <= Number(this.#pod.metadata.resourceVersion ?? 0)) return;
    this.update(pod);
  }

  /** The API no longer has the pod: what still runs of it is stopped. */
  remove(): void {
    this.#gone = true;
    this.#terminating = true;
    this.#abort.abort();
    this.#reporter.stop();
    this.wake();
  }

  /** An object that the pod names has changed, or the connection is back. */
  objectsChanged(): void {
    this.#retryAt.clear();
    this.#reporter.retryNow();
    this.wake();
  }

  /** Lets go without touching a container. */
  stop(): void {
    this.#done = true;
    clearTimeout(this.#timer);
    this.#prober.stop();
    this.#reporter.stop();
  }

  /** Something may have changed. */
  wake(): void {
    if (this.#done) return;
    this.#again = true;
    if (this.#running) return;
    this.#running = true;
    void this.#loop();
  }

  async #loop(): Promise<void> {
    while (this.#again && !this.#done) {
      this.#again = false;
      this.#wakeAt = undefined;
      try {
        await this.#step();
      } catch (error) {
        this.#context.log.warn(
          `pod ${this.#pod.metadata.namespace}/${this.#pod.metadata.name}: ${(error as Error).message}`,
        );
        this.#wakeIn(RETRY_MS);
      }
    }
    this.#running = false;
    if (this.#done) return;
    clearTimeout(this.#timer);
    const delay = Math.min((this.#wakeAt ?? Number.POSITIVE_INFINITY) - Date.now(), LONGEST_SLEEP_MS);
    this.#timer = setTimeout(() => this.wake(), Math.max(delay, 1));
  }

  #wakeIn(ms: number): void {
    const at = Date.now() + ms;
    this.#wakeAt = Math.min(this.#wakeAt ?? at, at);
  }

  #local(): PodLocal {
    return {
      startTime: this.#startTime,
      hostIPs: this.#context.hostIPs(),
      waiting: this.#waiting,
      backOff: this.#backOff,
      probes: this.#prober.results(),
      ...(this.#verdict === undefined ? {} : { verdict: this.#verdict }),
      terminating: this.#terminating,
      restartedAll: this.#restartedAll,
      ...(this.#restartingAll === undefined ? {} : { restartingAll: this.#restartingAll }),
    };
  }

  #tell(container: PodContainer | undefined, type: "Normal" | "Warning", reason: string, message: string): void {
    const target = container === undefined ? { pod: this.#pod } : { pod: this.#pod, container };
    this.#context.events.record(target, type, reason, message);
  }

  async #observe(): Promise<Observation> {
    const observation = await this.#context.runtime.observe(this.#pod.metadata.uid ?? "");
    const ips = observation.sandboxes[0]?.ips ?? [];
    if (ips.length > 0) this.#ips = ips;
    this.#followProbes(observation);
    return { ...observation, containers: observation.containers.map((container) => this.#withMessage(container)) };
  }

  #withMessage(container: ContainerObservation): ContainerObservation {
    if (container.state !== "exited") return container;
    let message = this.#messages.get(container.id);
    if (message === undefined) {
      message = terminationMessage(container);
      this.#messages.set(container.id, message);
    }
    if (message === "") return container;
    return { ...container, message: container.message === "" ? message : `${container.message}: ${message}` };
  }

  #followProbes({ containers }: Observation): void {
    this.#prober.follow(this.#gone ? [] : runningOf(this.#pod, containers));
  }

  /** The status as the agent last computed it; what is not the agent's is as the API has it. */
  #current(): Pod {
    const own = (this.#status.conditions ?? []).filter(({ type }) => isOwnCondition(type));
    const foreign = (this.#pod.status.conditions ?? []).filter(({ type }) => !isOwnCondition(type));
    const { phase } = this.#pod.status;
    return {
      ...this.#pod,
      status: {
        ...this.#status,
        ...(isTerminal(phase) && phase !== undefined ? { phase } : {}),
        conditions: [...foreign, ...own],
      },
    };
  }

  #report(observation: Observation): void {
    const status = podStatus({ pod: this.#current(), observation, local: this.#local(), now: Date.now() });
    const before = JSON.stringify(this.#status);
    if (JSON.stringify(status) === before && this.#pod.status.phase === status.phase) return;
    this.#status = status;
    if (!this.#gone) this.#reporter.report(status, { replace: this.#verdict?.refused === true });
  }

  async #step(): Promise<void> {
    const observation = await this.#observe();
    const deleted = this.#pod.metadata.deletionTimestamp !== undefined;
    if (deleted) this.#terminating = true;
    if (!this.#admitted && !this.#terminating && !isTerminal(this.#pod.status.phase)) this.#admit(observation);
    this.#checkDeadline();
    if (isTerminal(this.#pod.status.phase) || this.#verdict !== undefined) this.#terminating = true;
    this.#clearWaiting(observation);
    if (this.#terminating) return this.#end(observation);

    const plan = planPod({ pod: this.#current(), observation, local: this.#local(), now: Date.now() });
    if (plan.wakeAt !== undefined) this.#wakeIn(plan.wakeAt - Date.now());
    for (const action of plan.actions) if (action.do === "back-off") this.#showBackOff(action);
    this.#report(observation);
    if (!(await this.#prepareVolumes())) return;
    for (const action of plan.actions) {
      if (this.#abort.signal.aborted) break;
      const result = await this.#do(action, observation);
      if (result === "changed") this.#again = true;
      if (result === "failed" && action.do !== "start-container") break;
      if (result === "failed" && action.do === "start-container" && action.target.role === "init") break;
    }
    if (this.#abort.signal.aborted) this.#again = true;
    this.#report(await this.#observe());
    const { renewAt } = this.#volumes;
    if (renewAt !== undefined) this.#wakeIn(renewAt - Date.now());
  }

  #admit({ containers }: Observation): void {
    this.#admitted = true;
    if (containers.length > 0) return;
    const refusal = this.#context.refuse(this.#pod);
    if (refusal === undefined) return;
    this.#verdict = { ...refusal, refused: true };
    this.#tell(undefined, "Warning", refusal.reason, refusal.message);
  }

  #checkDeadline(): void {
    const seconds = this.#pod.spec.activeDeadlineSeconds;
    if (seconds === undefined || this.#terminating) return;
    const left = this.#startTime + seconds * 1000 - Date.now();
    if (left > 0) {
      this.#wakeIn(left);
      return;
    }
    const message = "Pod was active on the node longer than the specified deadline";
    this.#verdict = { reason: "DeadlineExceeded", message, refused: false };
    this.#tell(undefined, "Normal", "DeadlineExceeded", message);
  }

  #clearWaiting({ containers }: Observation): void {
    for (const name of this.#waiting.keys())
      if (containers.find((container) => container.name === name)?.state === "running") this.#waiting.delete(name);
  }

  async #prepareVolumes(): Promise<boolean> {
    try {
      mkdirSync(this.#directory, { recursive: true, mode: 0o750 });
      await this.#volumes.prepare(this.#pod, {
        objects: this.#context.objects(this.#pod.metadata.namespace ?? ""),
        addresses: this.#addresses(),
        allocatable: this.#context.allocatable(),
        now: Date.now(),
      });
      return true;
    } catch (error) {
      if (!(error instanceof VolumeError)) throw error;
      this.#tell(undefined, "Warning", "FailedMount", error.message);
      this.#wakeIn(RETRY_MS);
      return false;
    }
  }

  #addresses() {
    const hostIPs = this.#context.hostIPs();
    const known = this.#ips.length > 0 ? this.#ips : (this.#status.podIPs ?? []).map(({ ip }) => ip ?? "");
    return { hostIPs, podIPs: this.#pod.spec.hostNetwork === true || known.length === 0 ? hostIPs : known };
  }

  #showBackOff({ target, message }: Extract<Action, { do: "back-off" }>): void {
    const { name } = target.container;
    if (this.#waiting.get(name)?.message === message) return;
    this.#waiting.set(name, { reason: "CrashLoopBackOff", message });
    const { namespace, name: pod, uid } = this.#pod.metadata;
    this.#tell(
      target,
      "Warning",
      "BackOff",
      `Back-off restarting failed container ${name} in pod ${pod}_${namespace}(${uid})`,
    );
  }

  async #do(action: Action, observation: Observation): Promise<"changed" | "failed" | "nothing"> {
    switch (action.do) {
      case "back-off":
        return "nothing";
      case "end-pod":
        this.#terminating = true;
        return "changed";
      case "stop-sandbox":
        this.#tell(undefined, "Normal", "SandboxChanged", "Pod sandbox changed, it will be killed and re-created.");
        await this.#context.runtime.stopSandbox(action.id);
        return "changed";
      case "create-sandbox":
        return this.#createSandbox(action.attempt);
      case "start-container":
        return this.#start(action, observation);
      case "kill-container":
        await this.#kill(action.target, action.observed, action.message, this.#probeGrace(action));
        return "changed";
      case "restart-all":
        await this.#restartAll(observation);
        return "changed";
    }
  }

  #sandboxConfig(attempt: number): SandboxConfig {
    const pod = this.#pod;
    const dns = this.#context.dns();
    this.#sandbox = sandboxConfig({
      pod,
      attempt,
      hostname: podHostname(pod, dns.clusterDomain),
      logDirectory: this.#logDirectory,
      dns: podDns(pod, dns),
      profileRoot: this.#context.seccompDirectory,
      handler: this.#context.handlerOf(pod.spec.runtimeClassName),
    });
    return this.#sandbox;
  }

  async #createSandbox(attempt: number): Promise<"changed" | "failed"> {
    mkdirSync(this.#logDirectory, { recursive: true, mode: 0o755 });
    try {
      await this.#context.runtime.runSandbox(this.#sandboxConfig(attempt));
      return "changed";
    } catch (error) {
      this.#tell(
        undefined,
        "Warning",
        "FailedCreatePodSandBox",
        `Failed to create pod sandbox: ${(error as Error).message}`,
      );
      this.#wakeIn(RETRY_MS);
      return "failed";
    }
  }

  #fail(
    target: PodContainer,
    reason: string,
    message: string,
    options: { readonly retryAt?: number; readonly silent?: boolean } = {},
  ) {
    const { name } = target.container;
    this.#waiting.set(name, { reason, message: options.silent === true ? "" : message });
    const at = options.retryAt ?? Date.now() + RETRY_MS;
    this.#retryAt.set(name, at);
    this.#wakeIn(at - Date.now());
    return "failed" as const;
  }

  async #start(action: Extract<Action, { do: "start-container" }>, observation: Observation) {
    const { target, sandboxId, restartCount, endedAt } = action;
    const { container } = target;
    const { runtime, puller } = this.#context;
    const retryAt = this.#retryAt.get(container.name);
    if (retryAt !== undefined && retryAt > Date.now()) {
      this.#wakeIn(retryAt - Date.now());
      return "failed" as const;
    }
    const tell = (type: "Normal" | "Warning", reason: string, message: string) =>
      this.#tell(target, type, reason, message);
    const objects = this.#context.objects(this.#pod.metadata.namespace ?? "");

    const outcome = await puller.ensure(this.#pod, container, objects, tell);
    if (this.#abort.signal.aborted) return "failed" as const;
    if (!outcome.ok) return this.#fail(target, outcome.waiting.reason, outcome.waiting.message, outcome);

    let id: string;
    try {
      const sandbox = this.#sandbox ?? this.#sandboxConfig(observation.sandboxes[0]?.attempt ?? 0);
      const config = prepareContainer(this.#context, {
        pod: this.#pod,
        directory: this.#directory,
        volumes: this.#volumes,
        addresses: this.#addresses(),
        observation,
        target,
        image: outcome.image,
        restartCount,
      });
      mkdirSync(join(this.#logDirectory, container.name), { recursive: true, mode: 0o755 });
      id = await runtime.createContainer(sandboxId, config, sandbox);
    } catch (error) {
      const { message } = error as Error;
      tell("Warning", "Failed", `Error: ${message}`);
      return error instanceof ConfigError
        ? this.#fail(target, "CreateContainerConfigError", message, { silent: error.silent })
        : this.#fail(target, "CreateContainerError", message);
    }
    tell("Normal", "Created", "Container created");
    if (endedAt !== undefined)
      this.#backOff.set(container.name, nextBackOff(this.#backOff.get(container.name), endedAt, Date.now()));
    try {
      await runtime.startContainer(id);
    } catch (error) {
      const { message } = error as Error;
      tell("Warning", "Failed", `Error: ${message}`);
      this.#waiting.set(container.name, { reason: "RunContainerError", message });
      return "changed" as const;
    }
    tell("Normal", "Started", "Container started");
    this.#waiting.delete(container.name);
    this.#retryAt.delete(container.name);
    await this.#pruneOld(container.name, id, observation);
    const hook = container.lifecycle?.postStart;
    if (hook === undefined) return "changed" as const;
    try {
      await runHook(hook, { runtime, containerId: id, container, podIP: this.#addresses().podIPs[0] ?? "" }, 0);
    } catch {
      tell("Warning", "FailedPostStartHook", "PostStartHook failed");
      const observed = (await this.#observe()).containers.find((candidate) => candidate.id === id);
      if (observed !== undefined) await this.#kill(target, observed, "FailedPostStartHook", graceOf(this.#pod));
    }
    return "changed" as const;
  }

  /** One container before the present one is kept, for its log and its last state. */
  async #pruneOld(name: string, id: string, { containers }: Observation): Promise<void> {
    const ended = containers.filter(
      (container) => container.name === name && container.id !== id && container.state !== "running",
    );
    for (const container of ended.slice(1)) {
      await this.#context.runtime.removeContainer(container.id);
      rmSync(container.logPath, { force: true });
      this.#messages.delete(container.id);
    }
  }

  #probeGrace({ target, because }: Extract<Action, { do: "kill-container" }>): number {
    const { livenessProbe, startupProbe } = target.container;
    const probe = because === "startup" ? startupProbe : livenessProbe;
    return probe?.terminationGracePeriodSeconds ?? graceOf(this.#pod);
  }

  #kill(target: PodContainer, observed: ContainerObservation, message: string, graceSeconds: number): Promise<void> {
    this.#tell(target, "Normal", "Killing", message);
    return killContainer({
      runtime: this.#context.runtime,
      container: target.container,
      id: observed.id,
      podIP: this.#addresses().podIPs[0] ?? "",
      graceSeconds,
      onFailedHook: () => this.#tell(target, "Warning", "FailedPreStopHook", "PreStopHook failed"),
    });
  }

  async #restartAll({ containers }: Observation): Promise<void> {
    this.#restartingAll = true;
    for (const { container } of allContainersOf(this.#pod)) {
      const observed = containers.find(({ name }) => name === container.name);
      if (observed !== undefined) this.#restartedAll.set(container.name, restartCountOf(observed) + 1);
    }
    this.#report({ sandboxes: (await this.#observe()).sandboxes, containers });
    for (const { target, observed } of runningOf(this.#pod, containers))
      await this.#kill(target, observed, `Stopping container ${observed.name}`, graceOf(this.#pod));
    for (const { id } of containers) await this.#context.runtime.removeContainer(id);
    this.#waiting.clear();
    this.#restartingAll = false;
  }

  /** Everything is stopped; main containers first, then sidecars from the last to the first. */
  async #end(observation: Observation): Promise<void> {
    this.#report(observation);
    if (!this.#killing) {
      this.#killing = true;
      try {
        await this.#killAll(observation);
      } finally {
        this.#killing = false;
      }
    }
    for (const { id, ready } of observation.sandboxes) if (ready) await this.#context.runtime.stopSandbox(id);
    const after = await this.#observe();
    this.#report(after);
    if (after.containers.some(({ state }) => state === "running")) {
      this.#wakeIn(RETRY_MS);
      return;
    }
    this.#prober.stop();
    const deleted = this.#pod.metadata.deletionTimestamp !== undefined;
    await this.#volumes.tearDown();
    this.#context.puller.forget(this.#pod.metadata.uid ?? "");
    if (!deleted && !this.#gone) return;
    if (!this.#gone) await this.#reporter.flushed();
    for (const { id } of after.containers) await this.#context.runtime.removeContainer(id);
    for (const { id } of after.sandboxes) await this.#context.runtime.removeSandbox(id);
    // Somebody else holds the pod: they may see its last status as it was before the deletion is final.
    if (!this.#gone && (this.#pod.metadata.finalizers ?? []).length > 0) await sleep(HELD_MS);
    if (!this.#gone && !(await this.#deleteObject())) return;
    if (this.#gone || (this.#pod.metadata.finalizers ?? []).length === 0) {
      rmSync(this.#logDirectory, { recursive: true, force: true });
      this.stop();
      this.#onDone();
    }
  }

  async #killAll({ containers }: Observation): Promise<void> {
    const end = Date.now() + graceOf(this.#pod) * 1000;
    for (const together of killOrder(this.#pod, containers)) {
      await Promise.all(
        together.map(async ({ target, observed }) => {
          const left = Math.max(0, Math.round((end - Date.now()) / 1000));
          await this.#kill(target, observed, `Stopping container ${observed.name}`, left);
          this.#report(await this.#observe());
        }),
      );
    }
  }

  /** A deletion with less grace overtakes one that is under way. */
  async #shorten(graceSeconds: number): Promise<void> {
    const { containers } = await this.#context.runtime.observe(this.#pod.metadata.uid ?? "");
    const running = containers.filter(({ state }) => state === "running");
    await Promise.all(
      running.map(({ id }) => this.#context.runtime.stopContainer(id, Math.max(graceSeconds, SHORTEST_GRACE_SECONDS))),
    );
  }

  /** Answers whether the API has let go of the pod. */
  async #deleteObject(): Promise<boolean> {
    const { namespace = "", name = "", uid = "" } = this.#pod.metadata;
    try {
      const outcome = await this.#context.client.delete(
        { resource: "pods", namespace, name },
        { gracePeriodSeconds: 0, uid },
      );
      const code = outcome.ok ? 200 : (outcome.status.code ?? 0);
      if (outcome.ok || code === 404 || code === 409) return true;
      this.#context.log.warn(`pod ${namespace}/${name} cannot be deleted: ${outcome.ok ? "" : outcome.status.message}`);
    } catch {
      // Asked again when the control plane is back.
    }
    this.#wakeIn(RETRY_MS);
    return false;
  }
}
