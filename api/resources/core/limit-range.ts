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
  updateMeta: "whole",
  shortNames: ["limits"],
  allowCreateOnUpdate: true,
  // Who gives it no name gets one from Kubernetes' strategy.
  prepareCreate: ({ metadata }) => {
    if (!metadata.name && metadata.uid) metadata.name = metadata.uid;
  },
  defaults: (draft) => draft.spec.limits?.forEach(defaultItem),
  validate: validateLimitRange,
  columns: [createdAtColumn],
  age: false,
});

/** Of containers, a maximum is the default limit, that is the default request, and so is a minimum. */
function defaultItem(item: LimitRangeItem): void {
  for (const list of [item.max, item.min, item.default, item.defaultRequest, item.maxLimitRequestRatio])
    roundResources(list);
  if (item.type !== "Container") return;
  const limits = { ...item.max, ...item.default };
  const requests = { ...item.min, ...limits, ...item.defaultRequest };
  if (Object.keys(limits).length > 0) item.default = limits;
  if (Object.keys(requests).length > 0) item.defaultRequest = requests;
}
