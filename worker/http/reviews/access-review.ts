/** SubjectAccessReview in its three forms: may somebody do something (registry/authorization). */
import type {
  ResourceAttributes as AskedResource,
  LocalSubjectAccessReview,
  NonResourceAttributes,
  SelfSubjectAccessReview,
  SubjectAccessReview,
  SubjectAccessReviewSpec,
} from "../../../api/generated/authorization.v1.ts";
import { parseFieldSelector } from "../../../api/machinery/selector.ts";
import type { Requirement } from "../../../api/store.ts";
import type { Attributes } from "../../auth/attributes.ts";
import { authorize } from "../../auth/authorize.ts";
import type { User } from "../../auth/user.ts";
import type { RequestContext } from "../../request-context.ts";
import { answerReview } from "./question.ts";

export const reviewOwnAccess = (context: RequestContext): Promise<Response> =>
  answerReview<SelfSubjectAccessReview>(context, async (review) => ({
    ...headOf(review),
    spec: review.spec,
    status: await decide(context, context.user, review.spec),
  }));

export const reviewAccess = (context: RequestContext): Promise<Response> =>
  answerReview<SubjectAccessReview | LocalSubjectAccessReview>(context, async (review) => ({
    ...headOf(review),
    spec: review.spec,
    status: await decide(context, subjectOf(review.spec), review.spec),
  }));

const headOf = ({ kind, apiVersion, metadata }: SubjectAccessReview) => ({ kind, apiVersion, metadata });

const subjectOf = ({ user = "", uid, groups = [], extra }: SubjectAccessReviewSpec): User => ({
  name: user,
  ...(uid ? { uid } : {}),
  groups,
  ...(extra ? { extra } : {}),
});

interface Asked {
  readonly resourceAttributes?: AskedResource;
  readonly nonResourceAttributes?: NonResourceAttributes;
}

async function decide({ policy, store }: RequestContext, user: User, asked: Asked) {
  const { allowed, reason } = await authorize(user, attributesOf(asked), { policy, store });
  return { allowed, ...(reason === "" ? {} : { reason }) };
}

function attributesOf({ resourceAttributes, nonResourceAttributes }: Asked): Attributes {
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
  const fieldSelector = requirementsOf(resourceAttributes.fieldSelector);
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

/** Requirements that are not understood narrow nothing down, as Kubernetes has it. */
function requirementsOf(selector: AskedResource["fieldSelector"]): readonly Requirement[] {
  if (!selector) return [];
  if (selector.rawSelector) {
    const parsed = parseFieldSelector(selector.rawSelector);
    return parsed.ok ? parsed.requirements : [];
  }
  return (selector.requirements ?? []).flatMap(({ key, operator, values = [] }): Requirement[] => {
    if (operator === "In") return [{ of: "field", key, operator: "in", values }];
    return operator === "NotIn" ? [{ of: "field", key, operator: "notin", values }] : [];
  });
}
