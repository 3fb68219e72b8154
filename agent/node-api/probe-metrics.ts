/** The kubelet's /metrics/probes: how often each probe succeeded, failed, or could not be carried out, and how long it took. */
import type { ProbeCounts } from "../probes/probe-counts.ts";
import { histogramLines, renderFamilies } from "./prometheus.ts";

const KINDS = { startup: "Startup", readiness: "Readiness", liveness: "Liveness" } as const;

export const renderProbeMetrics = (
  { all, durations }: Pick<ProbeCounts, "all" | "durations">,
  startedAt: number,
): string =>
  renderFamilies([
    {
      name: "process_start_time_seconds",
      help: "[ALPHA] Start time of the process since unix epoch in seconds.",
      type: "gauge",
      lines: [[{}, startedAt / 1000]],
    },
    {
      name: "prober_probe_duration_seconds",
      help: "[ALPHA] Duration in seconds for a probe response.",
      type: "histogram",
      lines: durations.flatMap(({ pod, container, kind, seconds }) =>
        histogramLines({ container, namespace: pod.namespace, pod: pod.name, probe_type: KINDS[kind] }, seconds),
      ),
    },
    {
      name: "prober_probe_total",
      help: "[BETA] Cumulative number of a liveness, readiness or startup probe for a container by result.",
      type: "counter",
      lines: all.map(({ pod, container, kind, result, count }) => [
        {
          container,
          namespace: pod.namespace,
          pod: pod.name,
          pod_uid: pod.uid,
          probe_type: KINDS[kind],
          result,
        },
        count,
      ]),
    },
  ]);
