import type { FlowSchema } from "../../generated/flowcontrol.v1.ts";
import { defineResource } from "../resource.ts";
import { ageColumn } from "../time-columns.ts";
import { validateConditionTypes } from "./condition-types.ts";
import { validateFlowSchema } from "./flow-schema-validation.ts";

const DEFAULT_PRECEDENCE = 1000;

export const flowSchema = defineResource<FlowSchema>({
  group: "flowcontrol.apiserver.k8s.io",
  version: "v1",
  kind: "FlowSchema",
  plural: "flowschemas",
  scope: "Cluster",
  updateChecks: ["meta", "whole", "changes"],
  generation: true,
  defaults: ({ spec }) => {
    spec.matchingPrecedence ||= DEFAULT_PRECEDENCE;
  },
  validate: validateFlowSchema,
  status: { retainsMetadata: "all", validateUpdate: validateConditionTypes },
  columns: [
    {
      name: "PriorityLevel",
      type: "string",
      description: { field: "flowcontrol.v1.PriorityLevelConfigurationReference.name" },
      of: ({ spec }) => spec.priorityLevelConfiguration?.name ?? "",
    },
    {
      name: "MatchingPrecedence",
      type: "string",
      description: { field: "flowcontrol.v1.FlowSchemaSpec.matchingPrecedence" },
      of: ({ spec }) => spec.matchingPrecedence ?? 0,
    },
    {
      name: "DistinguisherMethod",
      type: "string",
      description:
        "`distinguisherMethod` defines how to compute the flow distinguisher for requests that match this schema. `nil` specifies that the distinguisher is disabled and thus will always be the empty string.",
      of: ({ spec }) => spec.distinguisherMethod?.type ?? "<none>",
    },
    ageColumn,
    {
      name: "MissingPL",
      type: "string",
      description: "references a broken or non-existent PriorityLevelConfiguration",
      of: ({ status }) => status.conditions?.find(({ type }) => type === "Dangling")?.status ?? "?",
    },
  ],
  age: false,
  // In matching order: the first match decides.
  rowOrder: (a, b) =>
    (a.spec.matchingPrecedence ?? 0) - (b.spec.matchingPrecedence ?? 0) ||
    ((a.metadata.name ?? "") < (b.metadata.name ?? "") ? -1 : 1),
});
