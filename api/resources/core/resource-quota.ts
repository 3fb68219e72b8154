import type { ResourceQuota } from "../../generated/core.v1.ts";
import { canonicalQuantity, compareQuantities } from "../../machinery/quantity.ts";
import { defineResource } from "../resource.ts";
import { roundResources } from "./resource-list.ts";
import {
  validateResourceQuota,
  validateResourceQuotaStatus,
  validateResourceQuotaUpdate,
} from "./resource-quota-validation.ts";

export const resourceQuota = defineResource<ResourceQuota>({
  group: "",
  version: "v1",
  kind: "ResourceQuota",
  plural: "resourcequotas",
  scope: "Namespaced",
  updateChecks: ["metaChanges", "whole", "changes"],
  deleteReturnsObject: true,
  shortNames: ["quota"],
  defaults: ({ spec, status }) => {
    for (const list of [spec.hard, status.hard, status.used]) roundResources(list);
  },
  validate: validateResourceQuota,
  validateUpdate: validateResourceQuotaUpdate,
  status: { validateUpdate: validateResourceQuotaStatus },
  warnings: (quota, old) => (old ? [] : limitWarnings(quota)),
  columns: [
    {
      name: "Request",
      type: "string",
      description: "Request represents a minimum amount of cpu/memory that a container may consume.",
      of: (quota) => usage(quota, (name) => !name.startsWith("limits")),
    },
    {
      name: "Limit",
      type: "string",
      description:
        "Limits control the maximum amount of cpu/memory that a container may use independent of contention on the node.",
      of: (quota) => usage(quota, (name) => name.startsWith("limits")),
    },
  ],
});

/** A limit below the request of the same resource can never be used up. */
const limitWarnings = ({ spec: { hard = {} } }: ResourceQuota): string[] =>
  ["cpu", "memory", "storage", "ephemeral-storage"].flatMap((resource) => {
    const names = [`requests.${resource}`, ...(resource === "cpu" || resource === "memory" ? [resource] : [])];
    const name = names.find((each) => hard[each] !== undefined);
    const [request, limit] = [hard[name ?? ""], hard[`limits.${resource}`]];
    if (request === undefined || limit === undefined || compareQuantities(request, limit) <= 0) return [];
    return [
      `ResourceQuota ${name} (${canonicalQuantity(request)}) should be less than limits.${resource} (${canonicalQuantity(limit)})`,
    ];
  });

/** `pods: 1/4, requests.cpu: 0/2`, sorted by name. */
function usage({ status }: ResourceQuota, shows: (name: string) => boolean): string {
  const { hard = {}, used = {} } = status;
  return Object.keys(hard)
    .filter(shows)
    .sort()
    .map((name) => `${name}: ${canonicalQuantity(used[name] ?? "0")}/${canonicalQuantity(hard[name] ?? "0")}`)
    .join(", ");
}
