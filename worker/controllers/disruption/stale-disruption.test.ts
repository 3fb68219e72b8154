import { expect, it } from "vitest";
import type { Pod, PodCondition } from "../../../api/generated/core.v1.ts";
import { controlledCluster } from "../../../test/fakes/controllers/controlled-cluster.ts";
import { staleDisruptionController } from "./disruption.ts";

const marked = {
  type: "DisruptionTarget",
  status: "True",
  reason: "EvictionByEvictionAPI",
  message: "m",
  lastTransitionTime: "2026-01-01T00:00:00Z",
};

interface Marked {
  readonly phase?: string;
  readonly mark?: Partial<PodCondition>;
  readonly isEnding?: boolean;
}

function start({ phase = "Running", mark = {}, isEnding = false }: Marked) {
  const at = controlledCluster([staleDisruptionController]);
  at.cluster.put<Pod>("pods", {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p", namespace: "ns", finalizers: isEnding ? ["example.com/f"] : [] },
    spec: { containers: [] },
    status: {
      phase,
      conditions: [
        { type: "Ready", status: "True" },
        { ...marked, ...mark },
      ],
    },
  });
  if (isEnding) at.cluster.remove("pods", "ns", "p");
  return {
    ...at,
    mark: () => at.cluster.get<Pod>("pods", "ns", "p")?.status.conditions?.find(({ type }) => type === marked.type),
  };
}

it("CTL-DISRUPTION-STALE: a pod that is not deleted loses the mark, and whose it was, after two minutes", async () => {
  const at = start({});
  await at.pass(119_000);
  expect(at.mark()).toEqual(marked);
  await at.pass(1000);
  expect(at.mark()).toEqual({
    type: "DisruptionTarget",
    status: "False",
    lastTransitionTime: "2026-01-01T00:02:00Z",
    observedGeneration: 1,
  });
});

it.each<[string, Marked]>([
  ["by its kubelet", { mark: { reason: "TerminationByKubelet" } }],
  ["and not known to be", { mark: { status: "Unknown" } }],
  ["and has failed", { phase: "Failed" }],
  ["and has succeeded", { phase: "Succeeded" }],
  ["and is being deleted", { isEnding: true }],
])("CTL-DISRUPTION-STALE: a pod that is marked %s keeps the mark", async (_, pod) => {
  const at = start(pod);
  const before = at.mark();
  await at.pass(200_000);
  expect(at.mark()).toEqual(before);
});

it("CTL-DISRUPTION-STALE: a pod that was marked at an unknown time loses the mark at once", async () => {
  const at = start({ phase: "Pending", mark: { lastTransitionTime: undefined } as never });
  await at.settle();
  expect(at.mark()?.status).toBe("False");
});
