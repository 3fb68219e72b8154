/**
 * Resource usage of a node and its pods, measured on demand: relative to an earlier sample if there is a recent one,
 * else by sampling twice with a second in between. A node that nobody asks measures nothing.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { NodeUsage, PodUsage } from "../../api/node/node-usage.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { ContainerUsage } from "../runtime/usage.ts";
import { steadyNow } from "../steady-now.ts";
import { type MachineSample, sampleMachine } from "./machine-usage.ts";

const MIN_WINDOW_MS = 1000;
/**
 * metrics-server averages over the last quarter of a minute: an autoscaler should not see bursts just because others
 * have asked recently.
 */
const USUAL_WINDOW_MS = 10_000;
/** A longer window would hide what is happening now. */
const MAX_WINDOW_MS = 120_000;

export interface Sample {
  readonly at: number;
  /** On a monotonic clock, for differences between samples. */
  readonly steadyAt: number;
  readonly machine: MachineSample;
  readonly containers: readonly ContainerUsage[];
}

/** Per second, and never negative: a counter that was reset counts from zero. */
const rate = (now: number, before: number, windowMs: number): number => Math.max(0, (now - before) / (windowMs / 1000));

/**
 * Which samples to compare with, best first: the newest that is old enough, else the oldest; then later ones, for
 * containers that started since.
 */
export function earlierSamples(samples: readonly Sample[], now: number): readonly Sample[] {
  const age = ({ steadyAt }: Sample) => now - steadyAt;
  const fresh = samples.filter((sample) => age(sample) >= MIN_WINDOW_MS && age(sample) < MAX_WINDOW_MS);
  return fresh.slice(
    Math.max(
      0,
      fresh.findLastIndex((sample) => age(sample) >= USUAL_WINDOW_MS),
    ),
  );
}

/** Containers in none of the `earlier` samples have no average yet, and are left out. */
export function usageSince(node: string, earlier: readonly [Sample, ...Sample[]], now: Sample): NodeUsage {
  const [before] = earlier;
  const windowMs = now.steadyAt - before.steadyAt;
  const known = new Map<string, { readonly cpuNanoseconds: number; readonly windowMs: number }>();
  for (const { containers, steadyAt } of earlier)
    for (const { id, cpuNanoseconds } of containers)
      if (!known.has(id)) known.set(id, { cpuNanoseconds, windowMs: now.steadyAt - steadyAt });
  const pods = new Map<string, PodUsage & { readonly containers: PodUsage["containers"][number][] }>();
  for (const { id, pod, name, cpuNanoseconds, memoryWorkingSetBytes } of now.containers) {
    const then = known.get(id);
    if (then === undefined) continue;
    const entry = pods.get(pod.uid) ?? { ...pod, containers: [] };
    pods.set(pod.uid, entry);
    const cpuNanocores = rate(cpuNanoseconds, then.cpuNanoseconds, then.windowMs);
    entry.containers.push({ name, cpuNanocores, memoryBytes: memoryWorkingSetBytes });
  }
  return {
    node,
    at: now.at,
    windowMs,
    cpuNanocores: rate(now.machine.cpuNanoseconds, before.machine.cpuNanoseconds, windowMs),
    memoryBytes: now.machine.memoryBytes,
    pods: [...pods.values()],
  };
}

export class UsageMeter {
  readonly #node: string;
  readonly #runtime: Runtime;
  /** Oldest first. */
  #samples: readonly Sample[] = [];
  #running: Promise<NodeUsage> | undefined;

  constructor(node: string, runtime: Runtime) {
    this.#node = node;
    this.#runtime = runtime;
  }

  async sample(): Promise<Sample> {
    const containers = await this.#runtime.usage();
    return { at: Date.now(), steadyAt: steadyNow(), machine: sampleMachine(), containers };
  }

  /** One measurement at a time: concurrent callers share it. */
  read(): Promise<NodeUsage> {
    this.#running ??= this.#read().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #read(): Promise<NodeUsage> {
    // Frequent callers get the last measurement.
    const last = this.#samples.findLast(({ steadyAt }) => steadyNow() - steadyAt < MIN_WINDOW_MS);
    const [before, ...since] = earlierSamples(this.#samples, steadyNow());
    if (before !== undefined) return this.#usage([before, ...since], last ?? (await this.sample()));
    const first = last ?? (await this.sample());
    await sleep(MIN_WINDOW_MS);
    return this.#usage([first], await this.sample());
  }

  #usage(earlier: readonly [Sample, ...Sample[]], now: Sample): NodeUsage {
    this.#samples = [...earlier, now];
    return usageSince(this.#node, earlier, now);
  }
}
