/** TokenReview: whose token this is (registry/authentication/tokenreview). */
import type { TokenReview } from "../../../../api/generated/authentication.v1.ts";
import { badRequest } from "../../../../api/machinery/status.ts";
import { ApiError } from "../../../api-error.ts";
import { userOfToken } from "../../../auth/authenticate.ts";
import { API_AUDIENCES, isThereNow } from "../../../auth/credentials/service-account-token.ts";
import { userInfo } from "../../../auth/user-info.ts";
import type { RequestContext } from "../../../request-context.ts";
import { noteLegacyToken } from "../../response/token-warnings.ts";
import { serveReview } from "./review.ts";

export const reviewToken = (context: RequestContext): Promise<Response> =>
  serveReview<TokenReview>(context, async ({ metadata, spec, status: given }) => {
    if (!spec.token) throw new ApiError(badRequest("token is required for TokenReview in authentication"));
    const audiences = spec.audiences?.length ? spec.audiences : API_AUDIENCES;
    const { env, cluster, policy, store, now } = context;
    const verified = await userOfToken(spec.token, {
      env,
      cluster,
      policy,
      store,
      now,
      audiences,
      isThere: isThereNow(store, now),
    });
    if (verified.legacyToken) noteLegacyToken(context.request, verified.legacyToken);
    // Kubernetes merges the result into the submitted status; if nobody was authenticated, only a little of it is
    // overwritten.
    const { authenticated: _, ...sent } = { user: {}, ...given };
    const status = verified.ok
      ? { ...given, authenticated: true, user: userInfo(verified.user), audiences: [...verified.audiences] }
      : { ...sent, error: verified.error };
    return { metadata, spec, status };
  });
