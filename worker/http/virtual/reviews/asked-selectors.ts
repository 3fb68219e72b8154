/** The selectors of an access review: the requirements that are understood, and errors about the rest. */
import type { ResourceAttributes } from "../../../../api/generated/authorization.v1.ts";
import type { Requirement } from "../../../../api/machinery/selectors/requirement.ts";
import { parseFieldSelector, parseLabelSelector } from "../../../../api/machinery/selectors/selector.ts";

interface Understood {
  readonly fieldSelector: readonly Requirement[];
  /** status.evaluationError, or "" if everything was understood. */
  readonly problem: string;
}

/** Requirements that are not understood restrict nothing, as in Kubernetes; no authorizer uses labels. */
export function readSelectors({ fieldSelector, labelSelector }: ResourceAttributes): Understood {
  const fields = fieldRequirements(fieldSelector);
  const problems = [
    problemWith("fieldSelector", fields),
    problemWith("labelSelector", labelRequirements(labelSelector)),
  ].filter((problem) => problem !== "");
  return { fieldSelector: fields.understood, problem: problems.join("; ") };
}

interface Read<T> {
  readonly understood: readonly T[];
  readonly complete: boolean;
}

const problemWith = (field: string, { understood, complete }: Read<unknown>): string =>
  complete
    ? ""
    : `spec.resourceAttributes.${field} ${understood.length > 0 ? "partially " : ""}ignored due to parse error`;

/** There is no field selector with several values yet. */
function fieldRequirements(selector: ResourceAttributes["fieldSelector"]): Read<Requirement> {
  if (selector?.rawSelector) {
    const parsed = parseFieldSelector(selector.rawSelector);
    return { understood: parsed.ok ? parsed.requirements : [], complete: parsed.ok };
  }
  const requested = selector?.requirements ?? [];
  const understood = requested.flatMap(({ key, operator, values = [] }): Requirement[] => {
    if (values.length !== 1) return [];
    if (operator === "In") return [{ of: "field", key, operator: "in", values }];
    return operator === "NotIn" ? [{ of: "field", key, operator: "notin", values }] : [];
  });
  return { understood, complete: understood.length === requested.length };
}

const LABEL_OPERATORS: readonly string[] = ["In", "NotIn", "Exists", "DoesNotExist"];

function labelRequirements(selector: ResourceAttributes["labelSelector"]): Read<unknown> {
  if (selector?.rawSelector) {
    const parsed = parseLabelSelector(selector.rawSelector);
    return { understood: parsed.ok ? parsed.requirements : [], complete: parsed.ok };
  }
  const requested = selector?.requirements ?? [];
  const understood = requested.filter(({ operator }) => LABEL_OPERATORS.includes(operator));
  return { understood, complete: understood.length === requested.length };
}
