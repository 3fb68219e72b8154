/** Decodes the answers of the three metrics APIs. Values are in thousandths. */

import type { MetricIdentifier } from "../../../api/generated/autoscaling.v2.ts";
import { milliValue } from "../../../api/machinery/quantity.ts";
import { printSelector } from "../../../api/machinery/selectors/print-selector.ts";
import { parseDuration } from "../../../api/machinery/time/duration.ts";
import type { QueryResult } from "../controller.ts";
import { timeOf } from "../time.ts";

export interface Sample {
  readonly value: number;
  /** ms */
  readonly at: number;
  readonly window: number;
}

export type Samples = ReadonlyMap<string, Sample>;
export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: string };

const RESOURCE_WINDOW_MS = 30_000;
const CUSTOM_WINDOW_MS = 60_000;

type Items<T> = { readonly items?: readonly T[] };
const itemsOf = <T>(body: unknown) => (body as Items<T> | undefined)?.items ?? [];

interface PodMetrics {
  readonly metadata: { readonly name: string };
  readonly timestamp?: string;
  readonly window?: string;
  readonly containers?: readonly { readonly name: string; readonly usage?: Readonly<Record<string, string>> }[];
}

/** Usage of one resource per pod, or per one container of each pod. */
export function podUsage(result: QueryResult, resource: string, container: string | undefined): Read<Samples> {
  if (!result.ok) {
    const missing = "the server could not find the requested resource (get pods.metrics.k8s.io)";
    const error = result.code === 404 ? missing : result.message;
    return { ok: false, error: `unable to fetch metrics from resource metrics API: ${error}` };
  }
  const items = itemsOf<PodMetrics>(result.body);
  if (items.length === 0) return { ok: false, error: "no metrics returned from resource metrics API" };
  const samples = new Map<string, Sample>();
  for (const { metadata, timestamp, window, containers = [] } of items) {
    const counted = containers.filter(({ name }) => container === undefined || name === container);
    // A pod is left out if the metrics of any of its containers are missing.
    if (counted.length === 0 || counted.some(({ usage }) => usage?.[resource] === undefined)) continue;
    const value = counted.reduce((sum, { usage }) => sum + milliValue(usage?.[resource]), 0);
    samples.set(metadata.name, {
      value,
      at: timeOf(timestamp) ?? 0,
      window: parseDuration(window ?? "") ?? RESOURCE_WINDOW_MS,
    });
  }
  return { ok: true, value: samples };
}

interface MetricValue {
  readonly describedObject: { readonly name: string };
  readonly value: string;
  readonly timestamp?: string;
  readonly windowSeconds?: number;
}

export function podValues(result: QueryResult): Read<Samples> {
  if (!result.ok) return { ok: false, error: `unable to fetch metrics from custom metrics API: ${result.message}` };
  const items = itemsOf<MetricValue>(result.body);
  if (items.length === 0) return { ok: false, error: "no metrics returned from custom metrics API" };
  const samples = items.map(({ describedObject, value, timestamp, windowSeconds }): [string, Sample] => [
    describedObject.name,
    {
      value: milliValue(value),
      at: timeOf(timestamp) ?? 0,
      window: windowSeconds === undefined ? CUSTOM_WINDOW_MS : windowSeconds * 1000,
    },
  ]);
  return { ok: true, value: new Map(samples) };
}

export function objectValue(result: QueryResult): Read<number> {
  if (!result.ok) return { ok: false, error: `unable to fetch metrics from custom metrics API: ${result.message}` };
  const items = itemsOf<MetricValue>(result.body);
  const [item] = items;
  if (item && items.length === 1) return { ok: true, value: milliValue(item.value) };
  const counted = `the custom metrics API server returned ${items.length} results when we asked for exactly one`;
  return { ok: false, error: `unable to fetch metrics from custom metrics API: ${counted}` };
}

/** The sum of all series. */
export function externalValue(result: QueryResult): Read<number> {
  if (!result.ok) return { ok: false, error: `unable to fetch metrics from external metrics API: ${result.message}` };
  const items = itemsOf<MetricValue>(result.body);
  if (items.length === 0) return { ok: false, error: "no metrics returned from external metrics API" };
  return { ok: true, value: items.reduce((sum, { value }) => sum + milliValue(value), 0) };
}

export const externalName = (namespace: string, { name, selector }: MetricIdentifier): string =>
  `${namespace}/${name}/${printSelector(selector)}`;
