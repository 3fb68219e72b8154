/** Nothing is written that a policy refuses: a policy is in force for the very next request (STORE-POLICY). */
import type { Moment, Rule } from "../history.ts";
import { inForce, MUTATING, matches, refusesAll, VALIDATING } from "../policies.ts";
import { writtenBy } from "../written-by.ts";

/** What the API server itself counts and allocates as it admits other objects. */
const COUNTED = new Set(["resourcequotas", "poddisruptionbudgets.policy", "events", "ipaddresses.networking.k8s.io"]);

export const policies = (): Rule => (moment) => {
  if (COUNTED.has(moment.resource)) return [];
  return [...refused(moment), ...unmarked(moment)];
};

function* refused(moment: Moment): Iterable<string> {
  const request = writtenBy(moment);
  if (!request) return;
  for (const bound of inForce(moment.before, VALIDATING))
    if (refusesAll(bound.policy) && matches(bound, moment, request))
      yield `policy ${bound.policy.metadata.name} refuses a ${request.operation} of ${request.subresource || "it"}`;
}

function* unmarked(moment: Moment): Iterable<string> {
  if (moment.type !== "ADDED") return;
  const { labels, annotations } = moment.object.metadata;
  const marks = [labels?.["walk-mark"], annotations?.["walk.example.com/mark"]];
  const names = [...inForce(moment.before, MUTATING)]
    .filter((bound) => matches(bound, moment, { operation: "CREATE", subresource: "" }))
    .map(({ policy }) => policy.metadata.name);
  // Each may have overwritten the mark of one before it.
  if (names.length > 0 && !marks.some((mark) => mark !== undefined && names.includes(mark)))
    yield `none of ${names} has marked it`;
}
