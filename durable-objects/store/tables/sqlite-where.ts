/** The parts of a query that restrict it to a scope and a selector. */
import type { Requirement } from "../../../api/machinery/selectors/requirement.ts";
import type { Scope } from "./log-tables.ts";

/** SQLite takes 100 parameters per statement. What does not fit is left to the selector itself. */
const NEEDLES = 90;

/** A WHERE clause that restricts a query to a scope, built up together with its parameters. */
export class Where {
  text: string;
  readonly values: SqlStorageValue[];

  constructor({ resource, namespace, name, after }: Scope) {
    this.text = "resource = ?";
    this.values = [resource];
    if (namespace !== undefined) this.add("namespace = ?", namespace);
    if (name !== undefined) this.add("name = ?", name);
    if (after && after.namespace === namespace) this.add("name > ?", after.name);
    else if (after) this.add("(namespace, name) > (?, ?)", after.namespace, after.name);
  }

  /** Filters out most of what cannot meet the requirements, before attributes are parsed. */
  mayMeet(requirements: readonly Requirement[]): this {
    for (const needles of requirements.map(needlesOf)) {
      if (needles && this.values.length + needles.length <= NEEDLES)
        this.add(`(${needles.map(() => "instr(attributes, ?) > 0").join(" OR ")})`, ...needles);
    }
    return this;
  }

  add(text: string, ...values: SqlStorageValue[]): this {
    this.text += ` AND ${text}`;
    this.values.push(...values);
    return this;
  }
}

/** Texts one of which must occur in the attributes of any object that meets the clause; undefined if there are none. */
function needlesOf(clause: Requirement): string[] | undefined {
  if (clause.key === "metadata.name" || clause.key === "metadata.namespace") return undefined;
  const key = JSON.stringify(clause.key);
  if (clause.operator === "exists" && clause.of === "label") return [`${key}:`];
  if (clause.operator !== "in" || clause.values.length === 0) return undefined;
  // A field that is not set matches "".
  if (clause.of === "field" && clause.values.includes("")) return undefined;
  // Without the leading quote, which occurs many times in every row: SQLite compares wherever the first byte matches.
  return clause.values.map((value) => `${key.slice(1)}:${JSON.stringify(value)}`);
}
