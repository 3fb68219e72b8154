/**
 * What a node and its pods use. It is measured when somebody asks: against what was measured before, where that is not
 * long ago, else twice with a second between. A node that nobody asks measures nothing.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { NodeUsage, PodUsage } from "../../api/node/node-usage.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { ContainerUsage } from "../runtime/usage.ts";
import { steadyNow } from "../steady-now.ts";
import { type MachineSample, sampleMachine } from "./machine-usage.ts";

const SHORTEST_WINDOW_MS = 1000;
/** metrics-server looks at the last quarter of a minute; more than two would hide what happens now. */
const LONGEST_WINDOW_MS = 120_000;

export interface Sample {
  readonly at: number;
  /** By a clock that nobody sets: for what passed between two. */
  readonly steadyAt: number;
  readonly machine: MachineSample;
  readonly containers: readonly ContainerUsage[];
}

/** Per second, and never less than nothing: a counter that began anew counts from there. */
const rate = (now: number, before: number | undefined, windowMs: number): number =>
  before === undefined ? 0 : Math.max(0, (now - before) / (windowMs / 1000));

/** Containers that were not there before have no average yet, and are left out. */
export function usageBetween(node: string, before: Sample, now: Sample): NodeUsage {
  const windowMs = now.steadyAt - before.steadyAt;
  const earlier = new Map(before.containers.map((container) => [container.id, container.cpuNanoseconds]));
  const pods = new Map<string, PodUsage & { readonly containers: PodUsage["containers"][number][] }>();
  for (const { id, pod, name, cpuNanoseconds, memoryWorkingSetBytes } of now.containers) {
    const known = earlier.get(id);
    if (known === undefined) continue;
    const entry = pods.get(pod.uid) ?? { ...pod, containers: [] };
    pods.set(pod.uid, entry);
    const cpuNanocores = rate(cpuNanoseconds, known, windowMs);
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
  #last: Sample | undefined;
  #running: Promise<NodeUsage> | undefined;

  constructor(node: string, runtime: Runtime) {
    this.#node = node;
    this.#runtime = runtime;
  }

  async sample(): Promise<Sample> {
    const containers = await this.#runtime.usage();
    return { at: Date.now(), steadyAt: steadyNow(), machine: sampleMachine(), containers };
  }

  /** One at a time: who asks meanwhile gets the same. */
  read(): Promise<NodeUsage> {
    this.#running ??= this.#read().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #read(): Promise<NodeUsage> {
    const age = (last: Sample) => steadyNow() - last.steadyAt;
    const isFresh = this.#last !== undefined && age(this.#last) < LONGEST_WINDOW_MS;
    const before = this.#last !== undefined && isFresh ? this.#last : await this.sample();
    await sleep(Math.max(0, SHORTEST_WINDOW_MS - age(before)));
    this.#last = await this.sample();
    return usageBetween(this.#node, before, this.#last);
  }
}
