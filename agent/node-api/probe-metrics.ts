/** The kubelet's /metrics/probes: how often each probe succeeded, failed, or could not be carried out. */
import type { ProbeCount } from "../probes/probe-counts.ts";
import { renderFamilies } from "./prometheus.ts";

const KINDS = { startup: "Startup", readiness: "Readiness", liveness: "Liveness" } as const;

export const renderProbeMetrics = (counts: readonly ProbeCount[], startedAt: number): string =>
  renderFamilies([
    {
      name: "process_start_time_seconds",
      help: "[ALPHA] Start time of the process since unix epoch in seconds.",
      type: "gauge",
      lines: [[{}, startedAt / 1000]],
    },
    {
      name: "prober_probe_total",
      help: "[BETA] Cumulative number of a liveness, readiness or startup probe for a container by result.",
      type: "counter",
      lines: counts.map(({ pod, container, kind, result, count }) => [
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
