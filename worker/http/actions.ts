/** Kinds whose POST is an action and not an object to be stored. */
import { groupResource } from "../../api/machinery/meta.ts";
import type { RequestContext } from "../request-context.ts";
import { reviewAccess, reviewOwnAccess } from "./reviews/access-review.ts";
import { reviewOwnRules } from "./reviews/rules-review.ts";
import { reviewSelf } from "./reviews/self-subject-review.ts";
import { reviewToken } from "./reviews/token-review.ts";
import { bindPod } from "./subresources/binding.ts";

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

export const findAction = ({ served: { resource } }: RequestContext): Serve | undefined =>
  actions[groupResource(resource.group, resource.plural)];
