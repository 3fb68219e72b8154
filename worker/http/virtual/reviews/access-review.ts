/** SubjectAccessReview in its three forms: may a user do something (registry/authorization). */
import type {
  ResourceAttributes as AskedResource,
  LocalSubjectAccessReview,
  NonResourceAttributes,
  SelfSubjectAccessReview,
  SubjectAccessReview,
  SubjectAccessReviewSpec,
} from "../../../../api/generated/authorization.v1.ts";
import type { Requirement } from "../../../../api/machinery/selectors/requirement.ts";
import type { Attributes } from "../../../auth/attributes.ts";
import { authorize } from "../../../auth/authorize.ts";
import type { User } from "../../../auth/user.ts";
import type { RequestContext } from "../../../request-context.ts";
import { readSelectors } from "./asked-selectors.ts";
import { serveReview } from "./review.ts";

export const reviewOwnAccess = (context: RequestContext): Promise<Response> =>
  serveReview<SelfSubjectAccessReview>(context, async (review) => ({
    metadata: review.metadata,
    spec: review.spec,
    status: await decide(context, context.user, review.spec),
  }));

export const reviewAccess = (context: RequestContext): Promise<Response> =>
  serveReview<SubjectAccessReview | LocalSubjectAccessReview>(context, async (review) => ({
    metadata: review.metadata,
    spec: review.spec,
    status: await decide(context, subjectOf(review.spec), review.spec),
  }));

const subjectOf = ({ user = "", uid, groups = [], extra }: SubjectAccessReviewSpec): User => ({
  name: user,
  ...(uid ? { uid } : {}),
  groups,
  ...(extra ? { extra } : {}),
});

interface AccessSpec {
  readonly resourceAttributes?: AskedResource;
  readonly nonResourceAttributes?: NonResourceAttributes;
}

async function decide({ policy, store }: RequestContext, user: User, request: AccessSpec) {
  const selectors = readSelectors(request.resourceAttributes ?? {});
  const { allowed, reason } = await authorize(user, attributesOf(request, selectors.fieldSelector), { policy, store });
  return {
    allowed,
    ...(reason === "" ? {} : { reason }),
    ...(selectors.problem === "" ? {} : { evaluationError: selectors.problem }),
  };
}

function attributesOf(
  { resourceAttributes, nonResourceAttributes }: AccessSpec,
  fieldSelector: readonly Requirement[],
): Attributes {
  if (!resourceAttributes) return { verb: nonResourceAttributes?.verb ?? "", path: nonResourceAttributes?.path ?? "" };
  const {
    verb = "",
    group = "",
    version = "",
    resource = "",
    subresource = "",
    namespace = "",
    name = "",
  } = resourceAttributes;
  return {
    verb,
    group,
    version,
    resource,
    subresource,
    namespace,
    name,
    ...(fieldSelector.length > 0 ? { fieldSelector } : {}),
  };
}
