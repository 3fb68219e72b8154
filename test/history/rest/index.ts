/** What holds once nobody writes and nothing fails: controllers have done what their objects' specs say. */
import type { ClusterState } from "../cluster-state.ts";
import { autoscalers } from "./autoscalers.ts";
import { conditions } from "./conditions.ts";
import { budgets, quotas, volumes } from "./counts.ts";
import { definitions } from "./custom-resources.ts";
import { everything } from "./everything.ts";
import { pods } from "./pods.ts";
import { services } from "./services.ts";
import { daemonSets, deployments, jobs, replicaSets, statefulSets } from "./workloads.ts";

const rules = [
  everything,
  pods,
  replicaSets,
  deployments,
  statefulSets,
  daemonSets,
  jobs,
  services,
  quotas,
  budgets,
  volumes,
  autoscalers,
  definitions,
  conditions,
];

export const unrest = (state: ClusterState): readonly string[] => rules.flatMap((rule) => [...rule(state)]);
