/** What each route of worker/http/app.ts is for, and what is missing of it. Kinds and their subresources: docs/kinds.md. */
export const endpoints: Readonly<Record<string, string>> = {
  "/healthz, /livez, /readyz": "`ok`, or each check with `?verbose`; single checks below them: ping, log, store",
  "/version": "Kubernetes 1.36",
  "/metrics": "requests by method and code, of this process alone",
  "/.well-known/openid-configuration": "the issuer of service account tokens",
  "/openid/v1/jwks": "the keys that verify them",
  "/dashboard/*": "the dashboard",
  "/openapi/*": "`v2` in JSON and protobuf; `v3`, its index and a document for each group version",
  "/": "the index of paths",
  "/api": "versions of the core group; aggregated discovery",
  "/apis": "groups; aggregated discovery",
  "/api/:version": "resources of the core group",
  "/apis/:group": "versions of a group",
  "/apis/:group/:version": "resources of a group version",
  "/api/:version/*": "objects of the core group",
  "/apis/:group/:version/*": "objects of all other groups, custom ones included",
  "/sailplane/v1/audit": "the audit log",
  "/sailplane/v1/join": "trades a bootstrap token for a node's identity",
  "/sailplane/v1/administrator": "replaces the administrator's token",
  "/sailplane/v1/encryption": "encrypts again, with the newest key, what older ones have encrypted",
  "/sailplane/v1/clusters": "clusters by name: the list, and a new one",
  "/sailplane/v1/clusters/:name": "one of them: read, limit, delete",
  "/sailplane/v1/clusters/:name/administrator": "its administrator's token",
  "/sailplane/v1/nodes/:name/link": "a node's link",
  "/sailplane/v1/nodes/:name/sync": "the same by polling",
  "/sailplane/v1/tunnels/:id": "a node's end of a tunnel",
};

/** Paths of kube-apiserver that are not there; they answer 404. */
export const absent: readonly string[] = ["/configz", "/debug/pprof", "/flagz", "/logs", "/metrics/slis", "/statusz"];
