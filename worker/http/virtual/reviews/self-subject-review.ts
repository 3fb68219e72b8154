/** SelfSubjectReview: whom the server authenticated. */
import type { SelfSubjectReview } from "../../../../api/generated/authentication.v1.ts";
import { timestamp } from "../../../../api/machinery/time/time.ts";
import { userInfo } from "../../../auth/user-info.ts";
import type { RequestContext } from "../../../request-context.ts";
import { serveReview } from "./review.ts";

export const reviewSelf = (context: RequestContext): Promise<Response> =>
  serveReview<SelfSubjectReview>(context, () => ({
    metadata: { creationTimestamp: timestamp(context.now) },
    status: { userInfo: userInfo(context.user) },
  }));
