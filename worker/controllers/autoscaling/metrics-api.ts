/** The three metrics APIs: what to ask of them, and what their answers say. Values are in thousandths. */
import type { MetricIdentifier, MetricSpec } from "../../../api/generated/autoscaling.v2.ts";
import type { LabelSelector } from "../../../api/generated/meta.v1.ts";
import { milliUnits, quantityOf } from "../../../api/machinery/quantity.ts";
import { formatLabelSelector } from "../../../api/machinery/selector.ts";
import type { Answer, Question } from "../controller.ts";
import { goSelector } from "../go-selector.ts";
import { timeOf } from "../time.ts";

export interface Sample {
  readonly value: number;
  /** ms */
  readonly at: number;
  readonly window: number;
}

export type Samples = ReadonlyMap<string, Sample>;
export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: string };

export interface Asking {
  readonly namespace: string;
  /** Of the target's pods. */
  readonly selector: string;
}

const RESOURCE_WINDOW_MS = 30_000;
const CUSTOM_WINDOW_MS = 60_000;

const query = (parts: Readonly<Record<string, string>>) => {
  const text = Object.entries(parts)
    .filter(([, value]) => value !== "")
    .map(([key, value]) => `${key}=${encodeURIComponent(value)}`)
    .join("&");
  return text === "" ? "" : `?${text}`;
};

/** Users name these: none of them leads the controller to another path. */
const segment = encodeURIComponent;

const selectorText = (selector: LabelSelector | undefined) => (selector ? formatLabelSelector(selector) : "");

export function questionOf(metric: MetricSpec, { namespace, selector }: Asking): Question {
  const custom = `/apis/custom.metrics.k8s.io/v1beta2/namespaces/${namespace}`;
  if (metric.pods) {
    const { name, selector: of } = metric.pods.metric;
    return `${custom}/pods/*/${segment(name)}${query({ labelSelector: selector, metricLabelSelector: selectorText(of) })}`;
  }
  if (metric.object) {
    const { describedObject, metric: named } = metric.object;
    const parts = query({ metricLabelSelector: selectorText(named.selector) });
    return `${custom}/${segment(pluralOf(describedObject))}/${segment(describedObject.name)}/${segment(named.name)}${parts}`;
  }
  if (metric.external) {
    const { name, selector: of } = metric.external.metric;
    const root = `/apis/external.metrics.k8s.io/v1beta1/namespaces/${namespace}`;
    return `${root}/${segment(name)}${query({ labelSelector: selectorText(of) })}`;
  }
  return `/apis/metrics.k8s.io/v1beta1/namespaces/${namespace}/pods${query({ labelSelector: selector })}`;
}

/** As adapters list their resources: `ingresses.networking.k8s.io`. */
function pluralOf({ kind, apiVersion = "" }: { kind: string; apiVersion?: string }): string {
  const lower = kind.toLowerCase();
  const plural = /(?:s|x|ch)$/.test(lower)
    ? `${lower}es`
    : lower.endsWith("y")
      ? `${lower.slice(0, -1)}ies`
      : `${lower}s`;
  const [group = "", version] = apiVersion.split("/");
  return version === undefined ? plural : `${plural}.${group}`;
}

type Items<T> = { readonly items?: readonly T[] };
const itemsOf = <T>(body: unknown) => (body as Items<T> | undefined)?.items ?? [];
const milli = (quantity: string | number | undefined) => Number(milliUnits(quantityOf(quantity)));
const failed = (answer: Answer & { ok: false }, missing: string) => (answer.code === 404 ? missing : answer.message);

interface PodMetrics {
  readonly metadata: { readonly name: string };
  readonly timestamp?: string;
  readonly window?: string;
  readonly containers?: readonly { readonly name: string; readonly usage?: Readonly<Record<string, string>> }[];
}

/** The use of one resource by each pod, or by one container of each. */
export function podUsage(answer: Answer, resource: string, container: string | undefined): Read<Samples> {
  if (!answer.ok) {
    const missing = "the server could not find the requested resource (get pods.metrics.k8s.io)";
    return { ok: false, error: `unable to fetch metrics from resource metrics API: ${failed(answer, missing)}` };
  }
  const items = itemsOf<PodMetrics>(answer.body);
  if (items.length === 0) return { ok: false, error: "no metrics returned from resource metrics API" };
  const samples = new Map<string, Sample>();
  for (const { metadata, timestamp, window, containers = [] } of items) {
    const counted = containers.filter(({ name }) => container === undefined || name === container);
    // A pod of which one container says nothing is not counted at all.
    if (counted.length === 0 || counted.some(({ usage }) => usage?.[resource] === undefined)) continue;
    const value = counted.reduce((sum, { usage }) => sum + milli(usage?.[resource]), 0);
    const seconds = Number.parseFloat(window ?? "");
    samples.set(metadata.name, {
      value,
      at: timeOf(timestamp) ?? 0,
      window: Number.isNaN(seconds) ? RESOURCE_WINDOW_MS : seconds * 1000,
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

const NO_CUSTOM = "no custom metrics API (custom.metrics.k8s.io) registered";

export function podValues(answer: Answer): Read<Samples> {
  if (!answer.ok)
    return { ok: false, error: `unable to fetch metrics from custom metrics API: ${failed(answer, NO_CUSTOM)}` };
  const items = itemsOf<MetricValue>(answer.body);
  if (items.length === 0) return { ok: false, error: "no metrics returned from custom metrics API" };
  const samples = items.map(({ describedObject, value, timestamp, windowSeconds }): [string, Sample] => [
    describedObject.name,
    {
      value: milli(value),
      at: timeOf(timestamp) ?? 0,
      window: windowSeconds === undefined ? CUSTOM_WINDOW_MS : windowSeconds * 1000,
    },
  ]);
  return { ok: true, value: new Map(samples) };
}

export function objectValue(answer: Answer): Read<number> {
  if (!answer.ok)
    return { ok: false, error: `unable to fetch metrics from custom metrics API: ${failed(answer, NO_CUSTOM)}` };
  const [item] = itemsOf<MetricValue>(answer.body);
  return item
    ? { ok: true, value: milli(item.value) }
    : { ok: false, error: "no metrics returned from custom metrics API" };
}

/** The sum of all series. */
export function externalValue(answer: Answer, { name }: MetricIdentifier): Read<number> {
  if (!answer.ok) {
    const missing = `the server could not find the requested resource (get ${name}.external.metrics.k8s.io)`;
    return { ok: false, error: `unable to fetch metrics from external metrics API: ${failed(answer, missing)}` };
  }
  const items = itemsOf<MetricValue>(answer.body);
  if (items.length === 0) return { ok: false, error: "no metrics returned from external metrics API" };
  return { ok: true, value: items.reduce((sum, { value }) => sum + milli(value), 0) };
}

export const externalName = (namespace: string, { name, selector }: MetricIdentifier): string =>
  `${namespace}/${name}/${selector ? goSelector(selector) : "nil"}`;
