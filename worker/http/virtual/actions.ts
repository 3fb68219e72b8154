/** Kinds that are not stored: their POST is an action, and reads are computed. */
import { groupResource } from "../../../api/machinery/meta.ts";
import type { RequestContext } from "../../request-context.ts";
import { bindPod } from "../subresources/binding.ts";
import { readComponentStatuses } from "./component-statuses.ts";
import { readMetrics } from "./read-metrics.ts";
import { reviewAccess, reviewOwnAccess } from "./reviews/access-review.ts";
import { reviewOwnRules } from "./reviews/rules-review.ts";
import { reviewSelf } from "./reviews/self-subject-review.ts";
import { reviewToken } from "./reviews/token-review.ts";

type Serve = (context: RequestContext) => Promise<Response>;

const actions: Readonly<Record<string, Serve>> = {
  bindings: bindPod,
  "localsubjectaccessreviews.authorization.k8s.io": reviewAccess,
  "selfsubjectaccessreviews.authorization.k8s.io": reviewOwnAccess,
  "selfsubjectreviews.authentication.k8s.io": reviewSelf,
  "selfsubjectrulesreviews.authorization.k8s.io": reviewOwnRules,
  "subjectaccessreviews.authorization.k8s.io": reviewAccess,
  "tokenreviews.authentication.k8s.io": reviewToken,
};

const readings: Readonly<Record<string, Serve>> = {
  componentstatuses: readComponentStatuses,
  "nodes.metrics.k8s.io": readMetrics,
  "pods.metrics.k8s.io": readMetrics,
};

export function findAction({ served: { resource } }: RequestContext, verb: string): Serve | undefined {
  const name = groupResource(resource.group, resource.plural);
  return verb === "create" ? actions[name] : readings[name];
}
