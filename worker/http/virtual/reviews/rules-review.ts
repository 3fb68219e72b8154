/** SelfSubjectRulesReview: everything that a user may do in a namespace, as far as rules can express it. */
import type { SelfSubjectRulesReview } from "../../../../api/generated/authorization.v1.ts";
import { badRequest } from "../../../../api/machinery/status.ts";
import { ApiError } from "../../../api-error.ts";
import { nodeNameOf } from "../../../auth/node/node-identity.ts";
import { rulesOf } from "../../../auth/rbac/rbac.ts";
import type { RequestContext } from "../../../request-context.ts";
import { serveReview } from "./review.ts";

const NODE_RULES = "node authorizer does not support user rule resolution";

export const reviewOwnRules = (context: RequestContext): Promise<Response> =>
  serveReview<SelfSubjectRulesReview>(context, ({ spec: { namespace = "" } }) => {
    if (namespace === "") throw new ApiError(badRequest("no namespace on request"));
    const { user, policy } = context;
    const { rules, error } = rulesOf(user, namespace, policy);
    // For nodes the graph decides, which no list of rules can express.
    const errors = [...(nodeNameOf(user) === undefined ? [] : [NODE_RULES]), ...(error === "" ? [] : [error])];
    return {
      metadata: {},
      spec: {},
      status: {
        resourceRules: rules
          .filter(({ resources }) => resources?.length)
          .map(({ verbs, apiGroups, resources, resourceNames }) => ({
            verbs,
            ...(apiGroups ? { apiGroups } : {}),
            resources,
            ...(resourceNames ? { resourceNames } : {}),
          })),
        nonResourceRules: rules
          .filter(({ nonResourceURLs }) => nonResourceURLs?.length)
          .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
        incomplete: errors.length > 0,
        ...(errors.length > 0 ? { evaluationError: errors.join(", ") } : {}),
      },
    };
  });
