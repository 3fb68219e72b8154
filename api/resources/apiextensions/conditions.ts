import type { CustomResourceDefinition, CustomResourceDefinitionCondition } from "../../generated/apiextensions.v1.ts";

export const CLEANUP_FINALIZER = "customresourcecleanup.apiextensions.k8s.io";

type ConditionState = Pick<CustomResourceDefinitionCondition, "type" | "status" | "reason" | "message">;

/** Sets the draft's condition of that type; `time` (RFC 3339) is used if the status changes. */
export function setCondition({ status }: CustomResourceDefinition, state: ConditionState, time: string): void {
  const known = status.conditions?.find(({ type }) => type === state.type);
  const lastTransitionTime = known?.status === state.status ? (known.lastTransitionTime ?? time) : time;
  const condition: CustomResourceDefinitionCondition = { ...known, ...state, lastTransitionTime };
  status.conditions = known
    ? (status.conditions ?? []).map((each) => (each === known ? condition : each))
    : [...(status.conditions ?? []), condition];
}
