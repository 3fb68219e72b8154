/** Metrics of a cluster's webhook calls in this isolate, under kube-apiserver's names (apiserver/pkg/admission/metrics). */
import { counter, type Family, histogram } from "../../../api/metrics/exposition.ts";
import { Histogram } from "../../../api/metrics/histogram.ts";

/** Seconds. */
const BOUNDS = [0.005, 0.025, 0.1, 0.5, 1, 2.5, 10, 25];
/** Larger codes are counted as this one. */
const MAX_CODE = 600;

export interface WebhookCall {
  readonly name: string;
  readonly mutating: boolean;
  readonly operation: string;
  readonly milliseconds: number;
  /** "ignored": it failed, and its failures are ignored. A number: the code with which the webhook denied the request. */
  readonly result: "allowed" | "failed" | "ignored" | number;
}

type Labels = Readonly<Record<string, string>>;

export class WebhookMetrics {
  readonly #durations = new Map<string, readonly [Labels, Histogram]>();
  readonly #rejections = new Tally();
  readonly #openFailures = new Tally();

  called({ name, mutating, operation, milliseconds, result }: WebhookCall): void {
    const type = mutating ? "admit" : "validating";
    const rejected = typeof result === "number" || result === "failed";
    const labels = { name, operation, rejected: String(rejected), type };
    const key = JSON.stringify(labels);
    const [, seconds] = this.#durations.get(key) ?? [labels, new Histogram(BOUNDS)];
    seconds.observe(milliseconds / 1000);
    this.#durations.set(key, [labels, seconds]);
    if (result === "ignored") this.#openFailures.add({ name, type });
    if (!rejected) return;
    const [error_type, code] = result === "failed" ? ["calling_webhook_error", 0] : ["no_error", result];
    const rejection_code = String(Math.min(code, MAX_CODE));
    this.#rejections.add({ error_type, name, operation, rejection_code, type });
  }

  families(): Family[] {
    return [
      histogram("apiserver_admission_webhook_admission_duration_seconds", "How long webhooks took.", [
        ...this.#durations.values(),
      ]),
      counter(
        "apiserver_admission_webhook_rejection_count",
        "Requests that webhooks denied, or that failed with them.",
        this.#rejections.all,
      ),
      counter(
        "apiserver_admission_webhook_fail_open_count",
        "Calls of webhooks that failed, and whose failures are ignored.",
        this.#openFailures.all,
      ),
    ];
  }
}

class Tally {
  readonly #counts = new Map<string, readonly [Labels, number]>();

  add(labels: Labels): void {
    const key = JSON.stringify(labels);
    this.#counts.set(key, [labels, (this.#counts.get(key)?.[1] ?? 0) + 1]);
  }

  get all(): readonly (readonly [Labels, number])[] {
    return [...this.#counts.values()];
  }
}

const byCluster = new Map<string, WebhookMetrics>();

export function webhookMetricsOf(cluster: string): WebhookMetrics {
  const known = byCluster.get(cluster);
  if (known) return known;
  const metrics = new WebhookMetrics();
  byCluster.set(cluster, metrics);
  return metrics;
}
