/**
 * The URL grammar of the Kubernetes API (apiserver/pkg/endpoints/request/requestinfo.go).
 *
 *     /api/v1/namespaces/NS/pods/NAME/log      /apis/apps/v1/deployments
 *     /api/v1/watch/namespaces/NS/pods         /api/v1/namespaces/NS/status
 */
export interface ResourcePath {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  /** "" if the path has none. */
  readonly namespace: string;
  readonly name: string;
  readonly subresource: string;
  /** What follows the subresource: the path to proxy, with its leading slash, or "". */
  readonly rest: string;
  /** Whether the path has the deprecated form `/watch/…`. */
  readonly watch: boolean;
}

/** Subresources of the namespaces resource; anything else after /namespaces/NS/ is a resource in that namespace. */
const namespaceSubresources: ReadonlySet<string> = new Set(["status", "finalize"]);

/**
 * Returns undefined for a path that is no resource path: `/api/v1`, `/version`, an invalid escape. `pathname` is
 * percent-encoded, as in URL.pathname.
 */
export function parseResourcePath(pathname: string): ResourcePath | undefined {
  // Go's router accepts no path with an empty element, except for an empty namespace, which counts as absent.
  const isEscaped = pathname.includes("%");
  const plain = isEscaped && !isProxied(pathname) ? pathname.replace(/%2f/gi, "/") : pathname;
  const tidy = plain.replace("/namespaces//", "/");
  if (tidy.includes("//")) return undefined;
  const raw = tidy.split("/").filter((part) => part !== "");
  const parts = isEscaped ? decoded(raw) : raw;
  if (parts === undefined) return undefined;
  const prefix = parts[0] === "api" ? 2 : parts[0] === "apis" ? 3 : 0;
  if (prefix === 0 || parts.length <= prefix) return undefined;
  const group = prefix === 2 ? "" : (parts[1] ?? "");
  const version = parts[prefix - 1] ?? "";

  let at = prefix;
  const watch = parts[at] === "watch";
  if (watch) at++;
  let namespace = "";
  if (parts[at] === "namespaces" && parts[at + 1] !== undefined) {
    namespace = parts[at + 1] ?? "";
    const next = parts[at + 2];
    // A bare namespace, or one with a subresource of its own, is an object of the namespaces resource.
    if (next === undefined || (namespaceSubresources.has(next) && parts.length === at + 3)) {
      return {
        group,
        version,
        resource: "namespaces",
        namespace,
        name: namespace,
        subresource: next ?? "",
        rest: "",
        watch,
      };
    }
    at += 2;
  }
  const [resource, name = "", subresource = "", ...rest] = parts.slice(at);
  if (resource === undefined) return undefined;
  const trailing = subresource !== "" && pathname.endsWith("/") ? "/" : "";
  return {
    group,
    version,
    resource,
    namespace,
    name,
    subresource,
    rest: rest.length > 0 ? `/${raw.slice(at + 3).join("/")}${trailing}` : trailing,
    watch,
  };
}

/** A proxied path is passed on as written; elsewhere an escaped slash is a slash. */
const isProxied = (pathname: string) => pathname.includes("/proxy");

function decoded(parts: readonly string[]): string[] | undefined {
  try {
    return parts.map(decodeURIComponent);
  } catch {
    return undefined;
  }
}
