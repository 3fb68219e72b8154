/** Conditions in a status, such as a Node's `Ready` and a Job's `Complete`. */
interface WithConditions {
  readonly conditions?: readonly { readonly type?: string; readonly status?: string }[] | null;
}

/** Whether the condition is "True": neither absent nor "Unknown". */
export const isConditionTrue = ({ conditions }: WithConditions, type: string): boolean =>
  conditions?.some((condition) => condition.type === type && condition.status === "True") ?? false;
