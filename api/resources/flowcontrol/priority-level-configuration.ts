import type { PriorityLevelConfiguration } from "../../generated/flowcontrol.v1.ts";
import { defineResource } from "../resource.ts";
import { validateConditionTypes } from "./condition-types.ts";
import { validatePriorityLevel } from "./priority-level-validation.ts";

export const priorityLevelConfiguration = defineResource<PriorityLevelConfiguration>({
  group: "flowcontrol.apiserver.k8s.io",
  version: "v1",
  kind: "PriorityLevelConfiguration",
  plural: "prioritylevelconfigurations",
  scope: "Cluster",
  updateChecks: ["meta", "whole", "changes"],
  generation: true,
  defaults: ({ spec: { exempt, limited } }) => {
    if (exempt) {
      exempt.nominalConcurrencyShares ??= 0;
      exempt.lendablePercent ??= 0;
    }
    if (!limited) return;
    limited.nominalConcurrencyShares ??= 30;
    limited.lendablePercent ??= 0;
    const queuing = limited.limitResponse?.queuing;
    if (!queuing) return;
    queuing.handSize ||= 8;
    queuing.queues ||= 64;
    queuing.queueLengthLimit ||= 50;
  },
  validate: validatePriorityLevel,
  status: { retainsMetadata: "all", validateUpdate: validateConditionTypes },
  columns: [
    {
      name: "Type",
      type: "string",
      description: { field: "flowcontrol.v1.PriorityLevelConfigurationSpec.type" },
      of: ({ spec }) => spec.type,
    },
    {
      name: "NominalConcurrencyShares",
      type: "string",
      description:
        '`nominalConcurrencyShares` (NCS) contributes to the computation of the NominalConcurrencyLimit (NominalCL) of this level. This is the number of execution seats available at this priority level. This is used both for requests dispatched from this priority level as well as requests dispatched from other priority levels borrowing seats from this level. The server\'s concurrency limit (ServerCL) is divided among the Limited priority levels in proportion to their NCS values:\n\nNominalCL(i)  = ceil( ServerCL * NCS(i) / sum_ncs ) sum_ncs = sum[priority level k] NCS(k)\n\nBigger numbers mean a larger nominal concurrency limit, at the expense of every other priority level.\n\nIf not specified, this field defaults to a value of 30.\n\nSetting this field to zero supports the construction of a "jail" for this priority level that is used to hold some request(s)',
      of: ({ spec }) => (spec.limited ? (spec.limited.nominalConcurrencyShares ?? 0) : "<none>"),
    },
    {
      name: "Queues",
      type: "string",
      description: { field: "flowcontrol.v1.QueuingConfiguration.queues" },
      of: ({ spec }) => spec.limited?.limitResponse?.queuing?.queues ?? "<none>",
    },
    {
      name: "HandSize",
      type: "string",
      description: { field: "flowcontrol.v1.QueuingConfiguration.handSize" },
      of: ({ spec }) => spec.limited?.limitResponse?.queuing?.handSize ?? "<none>",
    },
    {
      name: "QueueLengthLimit",
      type: "string",
      description: { field: "flowcontrol.v1.QueuingConfiguration.queueLengthLimit" },
      of: ({ spec }) => spec.limited?.limitResponse?.queuing?.queueLengthLimit ?? "<none>",
    },
  ],
});
