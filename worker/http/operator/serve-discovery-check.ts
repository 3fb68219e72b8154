/**
 * GET /sailplane/v1/aggregated/GROUP/VERSION: whether the API server of that group version answers; 503 with the reason
 * if not. Only the control plane's own loops may ask.
 */
import type { Context } from "hono";
import { notFound, serviceUnavailable } from "../../../api/machinery/status.ts";
import { discoveryProblem } from "../../aggregation/check-discovery.ts";
import { remoteApis } from "../../aggregation/remote-apis.ts";
import { ApiError } from "../../api-error.ts";
import type { Bindings } from "../bindings.ts";
import { withPolicy } from "../filters/with-policy.ts";

export function serveDiscoveryCheck(c: Context<Bindings>): Response | Promise<Response> {
  if (!c.env.ownApi) return c.notFound();
  const { group = "", version = "" } = c.req.param();
  return withPolicy(c, async ({ policy, store }) => {
    const remote = policy.derive(remoteApis).get(`${group}/${version}`);
    const apiServices = { group: "apiregistration.k8s.io", resource: "apiservices" };
    if (!remote) throw new ApiError(notFound(apiServices, `${version}.${group}`));
    const problem = await discoveryProblem({ env: c.env, cluster: c.get("cluster"), store }, remote);
    if (problem !== undefined) throw new ApiError(serviceUnavailable(problem));
    return c.json({});
  });
}
