import type { LimitRange, LimitRangeItem } from "../../generated/core.v1.ts";
import { defineResource } from "../resource.ts";
import { createdAtColumn } from "../time-columns.ts";
import { validateLimitRange } from "./limit-range-validation.ts";
import { roundResources } from "./resource-list.ts";

export const limitRange = defineResource<LimitRange>({
  group: "",
  version: "v1",
  kind: "LimitRange",
  plural: "limitranges",
  scope: "Namespaced",
  updateChecks: ["meta", "whole", "changes"],
  shortNames: ["limits"],
  allowCreateOnUpdate: true,
  // If the client sets no name, Kubernetes' strategy does.
  prepareCreate: ({ metadata }) => {
    if (!metadata.name && metadata.uid) metadata.name = metadata.uid;
  },
  defaults: (draft) => draft.spec.limits?.forEach(defaultItem),
  validate: validateLimitRange,
  columns: [createdAtColumn],
  age: false,
});

/**
 * For containers, the maximum is the default of the default limit, which is that of the default request, and so is the
 * minimum.
 */
function defaultItem(item: LimitRangeItem): void {
  for (const list of [item.max, item.min, item.default, item.defaultRequest, item.maxLimitRequestRatio])
    roundResources(list);
  if (item.type !== "Container") return;
  const limits = { ...item.max, ...item.default };
  const requests = { ...item.min, ...limits, ...item.defaultRequest };
  if (Object.keys(limits).length > 0) item.default = limits;
  if (Object.keys(requests).length > 0) item.defaultRequest = requests;
}
