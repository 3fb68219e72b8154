/** What becomes of the outcomes of a pod's probes: figures and events. */
import type { Pod } from "../../api/generated/core.v1.ts";
import type { PodContainer } from "../pod-spec/containers.ts";
import type { ProbeCounts } from "../probes/probe-counts.ts";
import type { ProberOptions } from "../probes/prober.ts";
import { identityOf } from "./config/container-config.ts";

type RecordEvent = (container: PodContainer, type: "Warning", reason: string, message: string) => void;

export const probeReports = (
  pod: Pod,
  counts: ProbeCounts,
  recordEvent: RecordEvent,
): Pick<ProberOptions, "onOutcome" | "onTrouble"> => ({
  onOutcome: ({ container }, kind, { ok, errored, tookMs }) =>
    counts.count({
      pod: identityOf(pod),
      container: container.name,
      kind,
      result: ok ? "successful" : errored === true ? "unknown" : "failed",
      seconds: tookMs / 1000,
    }),
  onTrouble: (container, kind, { ok, output, errored }) => {
    const word = `${kind[0]?.toUpperCase()}${kind.slice(1)}`;
    const what = ok ? "warning" : errored === true ? "errored and resulted in unknown state" : "failed";
    recordEvent(container, "Warning", ok ? "ProbeWarning" : "Unhealthy", `${word} probe ${what}: ${output}`);
  },
});
