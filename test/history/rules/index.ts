import type { RuleMaker } from "../history.ts";
import { claimProtection, serviceAllocations, volumeBindings } from "./allocations.ts";
import { bindings } from "./bindings.ts";
import { budgets } from "./budgets.ts";
import { customResources } from "./custom-resources.ts";
import { rollouts } from "./deployments.ts";
import { fieldOwners } from "./field-owners.ts";
import { generations } from "./generations.ts";
import { jobs } from "./jobs.ts";
import { limitRanges, quotas } from "./limits.ts";
import { metadata } from "./metadata.ts";
import { namespaces } from "./namespaces.ts";
import { owners } from "./owners.ts";
import { phases } from "./phases.ts";
import { policies } from "./policies.ts";
import { concurrency, daemons, ordinals, replicas } from "./replicas.ts";

export const rules: readonly RuleMaker[] = [
  metadata,
  generations,
  fieldOwners,
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
  customResources,
  policies,
];
