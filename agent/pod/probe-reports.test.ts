import { expect, test } from "vitest";
import type { Pod } from "../../api/generated/core.v1.ts";
import { ProbeCounts } from "../probes/probe-counts.ts";
import { probeReports } from "./probe-reports.ts";

const container = { role: "main", container: { name: "web" } } as const;
const pod: Pod = { metadata: { namespace: "ns", name: "p", uid: "u" }, spec: { containers: [] }, status: {} };

function reporting() {
  const counts = new ProbeCounts();
  const events: string[] = [];
  const reports = probeReports(pod, counts, ({ container: { name } }, type, reason, message) =>
    events.push(`${name} ${type} ${reason} ${message}`),
  );
  return { counts, events, ...reports };
}

test.each([
  [{ ok: true, output: "" }, "successful"],
  [{ ok: false, output: "" }, "failed"],
  [{ ok: false, errored: true, output: "" }, "unknown"],
])("the outcome %j counts as %s", (outcome, result) => {
  const { counts, onOutcome } = reporting();
  onOutcome(container, "liveness", { ...outcome, tookMs: 250 });
  const probed = { pod: { namespace: "ns", name: "p", uid: "u" }, container: "web", kind: "liveness" };
  expect(counts.all).toEqual([{ ...probed, result, count: 1 }]);
  expect(counts.durations.map(({ seconds }) => seconds.sum)).toEqual(result === "failed" ? [] : [0.25]);
});

test.each([
  [{ ok: true, warning: true, output: "redirects" }, "ProbeWarning Readiness probe warning: redirects"],
  [{ ok: false, output: "refused" }, "Unhealthy Readiness probe failed: refused"],
  [
    { ok: false, errored: true, output: "no shell" },
    "Unhealthy Readiness probe errored and resulted in unknown state: no shell",
  ],
])("the event of the outcome %j is: %s", (outcome, event) => {
  const { events, onTrouble } = reporting();
  onTrouble(container, "readiness", outcome);
  expect(events).toEqual([`web Warning ${event}`]);
});
