/** The kubelet's /metrics/probes: how often each probe succeeded, failed, or could not be carried out, and how long it took. */
import { histogram, renderFamilies } from "../../api/metrics/exposition.ts";
import type { ProbeCounts } from "../probes/probe-counts.ts";

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
    histogram(
      "prober_probe_duration_seconds",
      "[ALPHA] Duration in seconds for a probe response.",
      durations.map(({ pod, container, kind, seconds }) => [
        { container, namespace: pod.namespace, pod: pod.name, probe_type: KINDS[kind] },
        seconds,
      ]),
    ),
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
