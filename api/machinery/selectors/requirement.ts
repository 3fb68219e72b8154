/** What selectors may ask about an object. */
export interface Attributes {
  readonly labels: Readonly<Record<string, string>>;
  /** Selectable fields by path (`status.phase`), except for `metadata.name` and `metadata.namespace`. */
  readonly fields: Readonly<Record<string, string>>;
}

/** One clause of a label or field selector; all clauses of a selector must hold. */
export interface Requirement {
  readonly of: "label" | "field";
  readonly key: string;
  readonly operator: "in" | "notin" | "exists" | "absent" | "gt" | "lt";
  readonly values: readonly string[];
}
