/** Usage of nodes or pods, polled from metrics.k8s.io while somebody is looking: nothing is measured otherwise. */
import { effect, type Signal, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { NodeMetrics } from "../../api/generated/metrics.v1beta1.ts";
import type { KubeObject } from "../../api/machinery/meta.ts";
import type { QuantityText } from "../../api/machinery/quantity.ts";
import { resourcePath } from "../../client/resource-path.ts";
import { read } from "../api/connection.ts";
import { isVisible } from "../live/visibility.ts";
import { moment } from "../route.ts";
import { token } from "../session.ts";
import { cpuOf, memoryOf } from "../summaries/resources.ts";
import { type UsageHistory, type UsageSample, withSamples } from "./usage-history.ts";

/** A node measures again after fifteen seconds without a request. */
const EVERY_MS = 16_000;

type Measured = "nodes" | "pods";

class UsagePoll {
  readonly history: Signal<UsageHistory> = signal(new Map());
  readonly #path: string;
  readonly #sampleOf: (metrics: Metrics) => readonly [string, UsageSample];
  #readers = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(of: Measured, namespace: string) {
    this.#path = resourcePath({ resource: `${of}.metrics.k8s.io`, namespace });
    this.#sampleOf = of === "nodes" ? nodeSample : podSample;
  }

  add(): () => void {
    if (this.#readers++ === 0) {
      void this.#request();
      this.#timer = setInterval(() => void this.#request(), EVERY_MS);
    }
    return () => {
      if (--this.#readers === 0) clearInterval(this.#timer);
    };
  }

  async #request(): Promise<void> {
    if (!isVisible()) return;
    // Without permission, or without metrics, there is none.
    const response = await read(this.#path).catch(() => undefined);
    if (!response?.ok) return;
    const { items = [] } = (await response.json()) as { items?: Metrics[] };
    this.history.value = withSamples(this.history.peek(), items.map(this.#sampleOf));
  }
}

type Resources = Readonly<Record<string, QuantityText>>;

interface Metrics extends KubeObject {
  readonly timestamp: string;
  readonly usage?: NodeMetrics["usage"];
  readonly containers?: readonly { readonly usage?: Resources }[];
}

const nodeSample = ({ metadata, timestamp, usage }: Metrics): readonly [string, UsageSample] => [
  metadata.name ?? "",
  { at: Date.parse(timestamp), cpu: cpuOf(usage), memory: memoryOf(usage) },
];

const podSample = ({ metadata, timestamp, containers = [] }: Metrics): readonly [string, UsageSample] => [
  `${metadata.namespace}/${metadata.name}`,
  {
    at: Date.parse(timestamp),
    cpu: containers.reduce((sum, { usage }) => sum + cpuOf(usage), 0),
    memory: containers.reduce((sum, { usage }) => sum + memoryOf(usage), 0),
  },
];

const polls = new Map<string, UsagePoll>();
// Another user may not see what this one did.
effect(() => {
  if (token.value === undefined) polls.clear();
});

/** `namespace` "" means all. */
export function useUsage(of: Measured, namespace = ""): UsageHistory {
  const key = `${of}/${namespace}`;
  const poll = polls.get(key) ?? new UsagePoll(of, namespace);
  polls.set(key, poll);
  useEffect(() => poll.add(), [poll]);
  // Past usage is not stored.
  return moment.value === "" ? poll.history.value : NONE;
}

const NONE: UsageHistory = new Map();
