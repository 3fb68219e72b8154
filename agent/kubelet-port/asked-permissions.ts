/** What a request to the kubelet's port requires: a verb on one of these subresources of the Node, as by a kubelet. */

export interface AskedPermissions {
  /** Empty for methods that no permission covers. */
  readonly verb: string;
  /** Any of them suffices. */
  readonly subresources: readonly string[];
}

const VERBS: Readonly<Record<string, string>> = {
  GET: "get",
  POST: "create",
  PUT: "update",
  PATCH: "patch",
  DELETE: "delete",
};

/** By the first part of the path; everything else requires `proxy`, which is no less than running commands in pods. */
const SUBRESOURCES: Readonly<Record<string, readonly string[]>> = {
  pods: ["pods", "proxy"],
  runningpods: ["pods", "proxy"],
  healthz: ["healthz", "proxy"],
  configz: ["configz", "proxy"],
  stats: ["stats"],
  metrics: ["metrics"],
  logs: ["log"],
  checkpoint: ["checkpoint"],
  statusz: ["statusz"],
  flagz: ["configz"],
};

const EVERYTHING = ["proxy"];

export function askedPermissions(method: string, pathname: string): AskedPermissions {
  const [, first = ""] = /^\/([^/]*)/.exec(pathname) ?? [];
  const subresources = Object.hasOwn(SUBRESOURCES, first) ? SUBRESOURCES[first] : undefined;
  return { verb: VERBS[method] ?? "", subresources: subresources ?? EVERYTHING };
}
