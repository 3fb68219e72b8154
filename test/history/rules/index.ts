import type { RuleMaker } from "../history.ts";
import { claimProtection, serviceAllocations, volumeBindings } from "./allocations.ts";
import { bindings } from "./bindings.ts";
import { budgets } from "./budgets.ts";
import { rollouts } from "./deployments.ts";
import { jobs } from "./jobs.ts";
import { limitRanges, quotas } from "./limits.ts";
import { metadata } from "./metadata.ts";
import { namespaces } from "./namespaces.ts";
import { owners } from "./owners.ts";
import { phases } from "./phases.ts";
import { concurrency, daemons, ordinals, replicas } from "./replicas.ts";

export const rules: readonly RuleMaker[] = [
  metadata,
  namespaces,
  owners,
  bindings,
  phases,
  replicas,
  daemons,
  ordinals,
  concurrency,
  rollouts,
  jobs,
  budgets,
  quotas,
  limitRanges,
  serviceAllocations,
  volumeBindings,
  claimProtection,
];
