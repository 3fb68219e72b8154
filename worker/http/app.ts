/** The API server's routes. Everything thrown below is rendered here, once. */
import { type Context, Hono } from "hono";
import { getPathNoStrict } from "hono/utils/url";
import { internalError, type Status } from "../../api/machinery/status.ts";
import { ApiError, PlainTextError } from "../api-error.ts";
import { auditPolicyOf } from "../audit/audit-policy.ts";
import { beginAudit } from "../audit/audited-request.ts";
import { clusterOfToken } from "../auth/credentials/token-cluster.ts";
import { clusterOf, DEFAULT_CLUSTER, pathInCluster } from "../cluster.ts";
import { knownPolicy } from "../policy/snapshot.ts";
import type { Bindings } from "./bindings.ts";
import { serveDiscovery } from "./discovery/serve-discovery.ts";
import { logFailure } from "./error-log.ts";
import { auditResponse } from "./filters/audit.ts";
import { refuseBadTimeout } from "./filters/request-timeout.ts";
import { guarded } from "./filters/require-path.ts";
import { serveHealth, serveVersion } from "./health/health.ts";
import { counted, serveHealthMetrics, serveMetrics } from "./health/serve-metrics.ts";
import { serveJoin } from "./nodes/join.ts";
import { serveNodeLeave } from "./nodes/node-leave.ts";
import { serveNodeLink, serveNodeTunnel, serveRelay } from "./nodes/node-link.ts";
import { serveNodeProgram } from "./nodes/node-program.ts";
import { serveNodeReports } from "./nodes/node-reports.ts";
import { serveApiProxyCertificate, serveKubeletCertificate } from "./nodes/server-certificates.ts";
import { serveOpenApi } from "./openapi/serve-openapi.ts";
import { serveAdministrator } from "./operator/serve-administrator.ts";
import { serveAudit } from "./operator/serve-audit.ts";
import {
  serveCluster,
  serveClusterAdministrator,
  serveClusterAuthentication,
  serveClusters,
} from "./operator/serve-clusters.ts";
import { serveDiscoveryCheck } from "./operator/serve-discovery-check.ts";
import { serveEncryption } from "./operator/serve-encryption.ts";
import {
  serveBackup,
  serveCheck,
  serveMoments,
  serveRestore,
  serveRestoreCommit,
  serveRewind,
} from "./operator/serve-store.ts";
import { pathnameOf } from "./request/request-url.ts";
import { httpDate } from "./response/http-date.ts";
import { type Accepted, negotiate } from "./response/negotiate.ts";
import { PLAIN_TEXT } from "./response/plain-text.ts";
import { encodeValue } from "./response/respond.ts";
import { tokenWarnings } from "./response/token-warnings.ts";
import { warningHeaders } from "./response/warning-headers.ts";
import { serveDashboard } from "./serve-dashboard.ts";
import { serveIssuer, serveKeySet } from "./serve-issuer.ts";
import { serveResource } from "./serve-resource.ts";
import { serveWatches } from "./watches/serve-watches.ts";
import { serveFlagz, serveStatusz } from "./z-pages/serve-z-pages.ts";

/** Every path has the cluster as a prefix; routes are written without it. */
const getPath = (request: Request) => pathInCluster(getPathNoStrict(request));

// With `strict: false` Hono would not call getPath: trailing slashes are stripped here instead.
export const app = new Hono<Bindings>({ getPath });

app.use(async (c, next) => {
  const named = clusterOf(pathnameOf(c.req.url));
  c.set("cluster", named === DEFAULT_CLUSTER ? (clusterOfToken(c.req.header("Authorization")) ?? named) : named);
  const policy = auditPolicyOf(c.env.AUDIT_POLICY);
  const request = policy && beginAudit(c.req.raw, Date.now());
  await counted(c, next);
  const cluster = c.get("cluster");
  const flow = c.get("flow");
  const headers = c.res.headers;
  const id = c.req.header("Audit-Id") ?? crypto.randomUUID();
  // A cluster that does not exist has no audit log either.
  if (policy && request && knownPolicy(cluster)) auditResponse(c, { policy, request }, id);
  if (c.res.status === 101) return;
  headers.set("Audit-Id", id);
  if (!headers.has("Date")) headers.set("Date", httpDate(Date.now()));
  for (const header of warningHeaders(tokenWarnings(c.req.raw))) headers.append("Warning", header);
  if (flow) {
    headers.set("X-Kubernetes-PF-FlowSchema-UID", flow.flowSchemaUid);
    headers.set("X-Kubernetes-PF-PriorityLevel-UID", flow.priorityLevelUid);
  }
  if (!headers.has("Cache-Control")) headers.set("Cache-Control", "no-cache, private");
});

app.use((c, next) => {
  refuseBadTimeout(c.req.url, c.req.path);
  return next();
});

/** Single-path pages: unlike API paths, with a trailing slash they are different paths, which do not exist. */
const PAGE_WITH_SLASH = /^\/(?:healthz|livez|readyz|metrics|metrics\/slis|openapi\/v[23])\/$/;
app.use((c, next) => (PAGE_WITH_SLASH.test(pathInCluster(pathnameOf(c.req.url))) ? unknownPath(c) : next()));

for (const path of ["/healthz", "/livez", "/readyz"]) {
  app.all(path, guarded(serveHealth));
  app.all(`${path}/*`, guarded(serveHealth));
}
app.all("/version", guarded(serveVersion));
app.all("/sailplane/v1/audit", guarded(serveAudit));
app.all("/sailplane/v1/store/check", guarded(serveCheck));
app.all("/sailplane/v1/store/moments", guarded(serveMoments));
app.all("/sailplane/v1/store/backup", guarded(serveBackup));
app.all("/sailplane/v1/store/restores/:id", guarded(serveRestore));
app.all("/sailplane/v1/store/restores/:id/commit", guarded(serveRestoreCommit));
app.all("/sailplane/v1/store/rewind", guarded(serveRewind));
app.all("/metrics", guarded(serveMetrics));
app.all("/metrics/slis", guarded(serveHealthMetrics));
app.all("/statusz", serveStatusz);
app.all("/flagz", serveFlagz);
app.all("/.well-known/openid-configuration", guarded(serveIssuer));
app.all("/openid/v1/jwks", guarded(serveKeySet));
app.all("/dashboard/*", serveDashboard);
app.all("/openapi/*", serveOpenApi);
app.all("/", serveDiscovery);
app.all("/api", serveDiscovery);
app.all("/apis", serveDiscovery);
app.all("/api/:version", serveDiscovery);
app.all("/apis/:group", serveDiscovery);
app.all("/apis/:group/:version", serveDiscovery);
app.all("/sailplane/node.sh", serveNodeProgram);
app.all("/sailplane/node.tgz", serveNodeProgram);
app.post("/sailplane/v1/join", serveJoin);
app.post("/sailplane/v1/administrator", serveAdministrator);
app.post("/sailplane/v1/encryption", serveEncryption);
app.get("/sailplane/v1/aggregated/:group/:version", serveDiscoveryCheck);
app.on(["GET", "POST"], "/sailplane/v1/clusters", serveClusters);
app.on(["GET", "PUT", "DELETE"], "/sailplane/v1/clusters/:name", serveCluster);
app.post("/sailplane/v1/clusters/:name/administrator", serveClusterAdministrator);
app.put("/sailplane/v1/clusters/:name/authentication", serveClusterAuthentication);
app.get("/sailplane/v1/nodes/:name/link", serveNodeLink);
app.get("/sailplane/v1/nodes/:name/sync", serveNodeLink);
app.post("/sailplane/v1/nodes/:name/leave", serveNodeLeave);
app.post("/sailplane/v1/nodes/:name/api-door", serveApiProxyCertificate);
app.post("/sailplane/v1/nodes/:name/kubelet-certificate", serveKubeletCertificate);
app.post("/sailplane/v1/nodes/:name/reports", serveNodeReports);
app.get("/sailplane/v1/tunnels/:id", serveNodeTunnel);
app.get("/sailplane/v1/watch", (c) => serveWatches(c, async (request) => app.fetch(request, c.env, c.executionCtx)));
app.get("/sailplane/v1/relays/:peer", serveRelay);
app.all("/api/:version/*", serveResource);
app.all("/apis/:group/:version/*", serveResource);

const unknownPath = guarded(() => new Response("404 page not found\n", { status: 404, headers: PLAIN_TEXT }));
app.notFound((c) => unknownPath(c as Context<Bindings>));

app.onError((error, c) => {
  if (error instanceof ApiError) {
    const refusal = renderStatus(error.status, c.req.raw, error.headers);
    for (const header of warningHeaders(c.get("warnings") ?? [])) refusal.headers.append("Warning", header);
    return refusal;
  }
  if (error instanceof PlainTextError) {
    return new Response(`${error.message}\n`, { status: error.code, headers: PLAIN_TEXT });
  }
  logFailure({ path: c.req.path, method: c.req.method, error });
  return renderStatus(internalError(error.message), c.req.raw);
});

function renderStatus(status: Status, request: Request, headers: Readonly<Record<string, string>> = {}): Response {
  const retry = status.details?.retryAfterSeconds;
  const accepted = formOfRefusals(request);
  return new Response(encodeValue(status, accepted), {
    status: status.code ?? 500,
    headers: {
      "Content-Type": accepted.type,
      "X-Content-Type-Options": "nosniff",
      ...(retry === undefined ? {} : { "Retry-After": String(retry) }),
      ...headers,
    },
  });
}

const JSON_FORM: Accepted = { type: "application/json", pretty: false, gzip: false };

/** Errors are rendered in the requested form, or in JSON if that is not possible. */
function formOfRefusals(request: Request): Accepted {
  try {
    return negotiate(request, new URL(request.url).searchParams, []);
  } catch {
    return JSON_FORM;
  }
}
