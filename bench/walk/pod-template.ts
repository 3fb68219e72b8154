import type { PodSpec } from "../../api/generated/core.v1.ts";
import type { Random } from "./random.ts";

const REQUESTS = [
  {},
  { requests: { cpu: "50m" } },
  { requests: { cpu: "100m", memory: "64Mi" } },
  { requests: { cpu: "300m", memory: "128Mi" }, limits: { cpu: "500m", memory: "256Mi" } },
  { requests: { cpu: "700m" } },
] as const;
const LOST = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];

/** What nodes with the real agent simulate. */
export const simulated = (random: Random, isEnding: boolean) => ({
  "simulated.sailplane.dev/cpu": random.pick(["0.02", "0.1", "0.4"]),
  ...(isEnding && {
    "simulated.sailplane.dev/exit-after": random.between(0.1, 4).toFixed(1),
    "simulated.sailplane.dev/exit-code": random.chance(0.25) ? "1" : "0",
  }),
});

export function podSpec(random: Random): PodSpec {
  const image = `image:${random.below(3)}`;
  const containers = [{ name: "c", image, resources: random.pick(REQUESTS) }];
  return {
    terminationGracePeriodSeconds: random.pick([0, 1, 2, 5]),
    containers,
    ...(random.chance(0.5) && {
      tolerations: LOST.map((key) => ({
        key,
        operator: "Exists",
        effect: "NoExecute",
        tolerationSeconds: random.pick([1, 5, 10]),
      })),
    }),
    ...(random.chance(0.15) && { nodeSelector: { pool: random.pick(["a", "b"]) } }),
    ...(random.chance(0.1) && {
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: "kubernetes.io/hostname",
          whenUnsatisfiable: random.pick(["DoNotSchedule", "ScheduleAnyway"]),
          labelSelector: { matchLabels: { team: "a" } },
        },
      ],
    }),
    ...(random.chance(0.2) && { priorityClassName: random.pick(["walk-low", "walk-high"]) }),
    ...(random.chance(0.05) && { schedulingGates: [{ name: "walk.example.com/gate" }] }),
  };
}
