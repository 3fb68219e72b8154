/**
 * What Kubernetes finds when it allocates addresses and ports, which it does before it validates a Service
 * (pkg/registry/core/service/storage): it then reports nothing else.
 */
import type { Service } from "../../../generated/core.v1.ts";
import { failure, invalid, type Status } from "../../../machinery/status.ts";
import type { Allocation } from "../../resource.ts";
import { type FamilySetting, validateFamilies } from "./service-families.ts";
import { changedPortProblem, newPortProblem } from "./service-node-ports.ts";

export function unallocatable(
  service: Service,
  { old, cluster, dryRun }: Allocation<Service> & FamilySetting,
): Status | undefined {
  const { metadata, spec } = service;
  const ofFamilies = validateFamilies(service, { old, cluster });
  if (ofFamilies.length > 0) return invalid("", "Service", metadata.name ?? "", ofFamilies);
  const problem = old ? changedPortProblem(spec, old.spec, dryRun) : newPortProblem(spec, dryRun);
  if (problem === undefined) return undefined;
  return typeof problem === "string"
    ? failure(500, "", problem)
    : invalid("", "Service", metadata.name ?? "", [problem]);
}
