/**
 * Probes the containers of one pod while they run. The startup probe comes first; liveness and readiness follow. A
 * result takes effect once it was the same as often as its threshold requires.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Probe } from "../../api/generated/core.v1.ts";
import { timerMs } from "../longest-timer.ts";
import type { PodContainer } from "../pod-spec/containers.ts";
import type { ContainerObservation } from "../runtime/observation.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { steadyNow } from "../steady-now.ts";
import { runProbe } from "./probe.ts";
import type { ProbeKind, ProbeOutcome, ProbeResults } from "./probe-outcome.ts";
import { beginPace, counts, nextPace } from "./probe-pace.ts";

export interface ProberOptions {
  readonly runtime: Runtime;
  readonly podIP: () => string;
  /** Of a container, as an earlier run of the agent reported them. */
  readonly earlier: (containerId: string) => ProbeResults;
  /** A result has changed. */
  readonly onResult: () => void;
  /** A probe was carried out, or could not be. */
  readonly onOutcome: (
    target: PodContainer,
    kind: ProbeKind,
    outcome: ProbeOutcome & { readonly tookMs: number },
  ) => void;
  /** It failed, or warned. */
  readonly onTrouble: (target: PodContainer, kind: ProbeKind, outcome: ProbeOutcome) => void;
}

/** What is left of a delay that began this long ago, by clocks that may have been set since. */
export const delayLeft = (delayMs: number, agoMs: number): number => Math.max(0, delayMs - Math.max(0, agoMs));

/** Equal results in a row. */
class Streak {
  #last: boolean | undefined;
  #length = 0;
  readonly #successThreshold: number;
  readonly #failureThreshold: number;

  constructor(successThreshold: number, failureThreshold: number) {
    this.#successThreshold = successThreshold;
    this.#failureThreshold = failureThreshold;
  }

  /** Adds a result; true once there are as many in a row as its threshold requires. */
  add(ok: boolean): boolean {
    this.#length = ok === this.#last ? this.#length + 1 : 1;
    this.#last = ok;
    return this.#length >= (ok ? this.#successThreshold : this.#failureThreshold);
  }
}

class ContainerProbes {
  readonly #abort = new AbortController();
  /** Aborted when the container is about to end: whether it has started, or is alive, no longer matters. */
  readonly #ending = new AbortController();
  readonly #options: ProberOptions;
  readonly #target: PodContainer;
  readonly #observed: ContainerObservation;
  /** It has just passed its startup probe. */
  #hasJustStarted = false;
  #own: ProbeResults = {};

  constructor(target: PodContainer, observed: ContainerObservation, options: ProberOptions) {
    this.#target = target;
    this.#observed = observed;
    this.#options = options;
    void this.#run();
  }

  get results(): ProbeResults {
    return { ...this.#options.earlier(this.#observed.id), ...this.#own };
  }

  stop(): void {
    this.#abort.abort();
  }

  onlyReadiness(): void {
    this.#ending.abort();
  }

  async #run(): Promise<void> {
    const { startupProbe, livenessProbe, readinessProbe } = this.#target.container;
    if (startupProbe !== undefined && this.results.startup === undefined) {
      if (!(await this.#until("startup", startupProbe))) return;
      this.#hasJustStarted = true;
    }
    if (livenessProbe !== undefined) void this.#until("liveness", livenessProbe);
    if (readinessProbe !== undefined) void this.#until("readiness", readinessProbe);
  }

  /** Probes until the container ends; a startup probe until its first verdict, a liveness probe until it fails. */
  async #until(kind: ProbeKind, probe: Probe): Promise<boolean> {
    const { signal } = this.#abort;
    const until = kind === "readiness" ? signal : AbortSignal.any([signal, this.#ending.signal]);
    const wait = (ms: number) => sleep(timerMs(ms), undefined, { signal: until }).catch(() => {});
    const { initialDelaySeconds = 0, periodSeconds = 10, successThreshold = 1, failureThreshold = 3 } = probe;
    const periodMs = periodSeconds * 1000;
    const ranMs = Date.now() - this.#observed.startedAt;
    const delayMs = delayLeft(initialDelaySeconds * 1000, ranMs);
    await wait(delayMs);
    const ageMs = delayMs > 0 ? periodMs : this.#hasJustStarted ? 0 : ranMs;
    let pace = beginPace(kind, { periodMs, ageMs }, steadyNow());
    if (kind === "liveness") await wait(pace.due - steadyNow());
    const streak = new Streak(successThreshold, failureThreshold);
    while (!until.aborted) {
      const probedAt = steadyNow();
      const outcome = await runProbe(probe, {
        container: this.#target.container,
        containerId: this.#observed.id,
        podIP: this.#options.podIP(),
        runtime: this.#options.runtime,
      });
      if (until.aborted) return false;
      const requested = { probedAt, ok: outcome.ok };
      if (counts(pace, requested)) {
        this.#report(kind, { ...outcome, tookMs: steadyNow() - probedAt });
        const isVerdict = outcome.errored !== true && streak.add(outcome.ok);
        if (isVerdict) this.#conclude(kind, outcome.ok);
        if (isVerdict && (kind === "startup" || (kind === "liveness" && !outcome.ok))) return outcome.ok;
      }
      const next = nextPace(pace, requested, periodMs);
      pace = next;
      await wait(next.probeAt - steadyNow());
    }
    return false;
  }

  #report(kind: ProbeKind, outcome: ProbeOutcome & { readonly tookMs: number }): void {
    this.#options.onOutcome(this.#target, kind, outcome);
    if (!outcome.ok || outcome.warning === true) this.#options.onTrouble(this.#target, kind, outcome);
  }

  #conclude(kind: ProbeKind, ok: boolean): void {
    const result = ok ? "success" : "failure";
    const before = this.results[kind];
    this.#own = { ...this.#own, [kind]: result };
    if (before !== result) this.#options.onResult();
  }
}

export class Prober {
  readonly #options: ProberOptions;
  readonly #probes = new Map<string, ContainerProbes>();

  constructor(options: ProberOptions) {
    this.#options = options;
  }

  /** Probes running containers, and forgets the others. */
  follow(running: readonly { readonly target: PodContainer; readonly observed: ContainerObservation }[]): void {
    const ids = new Set(running.map(({ observed }) => observed.id));
    for (const [id, probes] of this.#probes) {
      if (ids.has(id)) continue;
      probes.stop();
      this.#probes.delete(id);
    }
    for (const { target, observed } of running) {
      const { startupProbe, livenessProbe, readinessProbe } = target.container;
      if (target.role === "init" || target.role === "ephemeral" || this.#probes.has(observed.id)) continue;
      if (startupProbe === undefined && livenessProbe === undefined && readinessProbe === undefined) continue;
      this.#probes.set(observed.id, new ContainerProbes(target, observed, this.#options));
    }
  }

  /** The pod is ending: only readiness still matters for its containers. */
  onlyReadiness(): void {
    for (const probes of this.#probes.values()) probes.onlyReadiness();
  }

  results(): ReadonlyMap<string, ProbeResults> {
    return new Map([...this.#probes].map(([id, { results }]) => [id, results]));
  }

  stop(): void {
    this.follow([]);
  }
}
