import type { Context } from "hono";
import { notAcceptable } from "../../../api/machinery/status.ts";
import { NODE_PORTS } from "../../../api/resources/core/service/service-node-ports.ts";
import { flagPage, statusPage, type ZPage, zText } from "../../../api/z-pages.ts";
import { ApiError } from "../../api-error.ts";
import { API_AUDIENCES, ISSUER } from "../../auth/credentials/service-account-token.ts";
import type { Env } from "../../env.ts";
import { clusterRanges } from "../../network.ts";
import { customResources } from "../../policy/custom-resources.ts";
import type { Bindings } from "../bindings.ts";
import { rootPaths } from "../discovery/discovery.ts";
import { requirePath } from "../filters/require-path.ts";
import { withPolicy } from "../filters/with-policy.ts";
import { KUBERNETES_VERSION, RUNTIME } from "../health/health.ts";
import { startedAt } from "../health/serve-metrics.ts";
import { acceptsGzip } from "../response/compress.ts";
import { parseAccept } from "../response/negotiate.ts";
import { renderValue } from "../response/respond.ts";
import { warningHeaders } from "../response/warning-headers.ts";
import { zForm, zObject, zWarnings } from "./z-form.ts";

const TEXT = { "Content-Type": "text/plain; charset=utf-8" };
const NOT_ACCEPTABLE =
  "only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf, text/plain";

export const serveStatusz = (c: Context<Bindings>): Promise<Response> =>
  withPolicy(c, async (at) => {
    await requirePath(c, at);
    const now = Date.now();
    const version = KUBERNETES_VERSION;
    const page = statusPage({
      component: "apiserver",
      now,
      startedAt: startedAt(now),
      runtime: RUNTIME,
      binaryVersion: version.gitVersion.slice(1),
      emulationVersion: `${version.major}.${version.minor}`,
      paths: rootPaths(at.policy.derive(customResources).resources).paths,
    });
    return respond(c, page);
  });

export const serveFlagz = (c: Context<Bindings>): Promise<Response> =>
  withPolicy(c, async (at) => {
    await requirePath(c, at);
    return respond(c, flagPage("apiserver", flagsOf(c.env)));
  });

function respond(c: Context<Bindings>, page: ZPage): Response {
  const request = c.req.raw;
  const form = zForm(page.kind, parseAccept(request.headers.get("Accept") ?? ""));
  if (!form) throw new ApiError(notAcceptable(NOT_ACCEPTABLE));
  if (form.as === "text") return new Response(zText(page), { headers: TEXT });
  const accepted = { type: form.type, pretty: false, gzip: acceptsGzip(request) };
  const response = renderValue(zObject(page, form.version), accepted);
  for (const header of warningHeaders(zWarnings(page.kind, form.version))) response.headers.append("Warning", header);
  return response;
}

/** This control plane's settings, under the names of the kube-apiserver flags that they correspond to. */
const flagsOf = (env: Env): Readonly<Record<string, string>> => ({
  ...(env.ADVERTISE_ADDRESS ? { "advertise-address": env.ADVERTISE_ADDRESS.split(":")[0] ?? "" } : {}),
  "allow-privileged": "true",
  "anonymous-auth": "true",
  "api-audiences": `[${API_AUDIENCES.join(",")}]`,
  "authorization-mode": "[Node,RBAC]",
  "enable-bootstrap-token-auth": "true",
  "enable-priority-and-fairness": "true",
  profiling: "false",
  "service-account-issuer": `[${ISSUER}]`,
  "service-cluster-ip-range": clusterRanges(env).services.join(","),
  "service-node-port-range": `${NODE_PORTS.first}-${NODE_PORTS.last}`,
});
