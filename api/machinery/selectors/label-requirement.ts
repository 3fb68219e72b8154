export interface LabelRequirement {
  readonly operator: string;
  readonly values?: readonly string[];
}

/** Whether a label's value (undefined: there is no such label) satisfies a selector's expression. */
export function meetsRequirement({ operator, values = [] }: LabelRequirement, value: string | undefined): boolean {
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    default:
      return false;
  }
}
