/**
 * Discovery documents: /api, /apis, a group, a group version, and everything in one (aggregated discovery). All are
 * functions from kinds to data, so custom kinds appear by being in the list.
 */
import { apiVersionOf } from "../../../api/machinery/meta.ts";
import { ALL_VERBS, type Resource, singularOf } from "../../../api/resources/resource.ts";
import { CUSTOM_VERSION_PRIORITY, compareVersions, groupPriority } from "../../kinds/group-order.ts";
import { healthPaths } from "../health/health-checks.ts";
import { type ServedKind, servedKinds } from "./served-kinds.ts";
import { storageVersionHash } from "./storage-version-hash.ts";

/** A subresource as listed in discovery. */
interface ServedSubresource {
  readonly name: string;
  readonly verbs: readonly string[];
  readonly kind: { readonly group: string; readonly version: string; readonly kind: string };
}

/** apidiscovery.k8s.io APIVersionDiscovery. */
interface VersionDiscovery {
  readonly version: string;
  readonly resources: readonly object[];
  readonly freshness: string;
}

/** A group version served by another API server. */
export interface RemoteGroupVersion {
  readonly group: string;
  readonly version: string;
  readonly groupPriority: number;
  readonly versionPriority: number;
}

type Remotes = readonly RemoteGroupVersion[];

/** Named groups by the highest priority of their versions, then name; each with its versions, preferred first. */
function groupsOf(resources: readonly Resource[], remotes: Remotes): { group: string; versions: string[] }[] {
  const groups = new Map<string, { priority: number; versions: Map<string, number> }>();
  const local = servedKinds(resources).map(({ group, version }) => ({
    group,
    version,
    groupPriority: groupPriority(group),
    versionPriority: CUSTOM_VERSION_PRIORITY,
  }));
  for (const { group, version, groupPriority: priority, versionPriority } of [...local, ...remotes]) {
    const known = groups.get(group) ?? { priority, versions: new Map() };
    known.priority = Math.max(known.priority, priority);
    known.versions.set(version, versionPriority);
    groups.set(group, known);
  }
  return [...groups]
    .sort(([a, { priority: high }], [b, { priority: low }]) => low - high || (a < b ? -1 : 1))
    .map(([group, { versions }]) => ({
      group,
      versions: [...versions].sort(([a, high], [b, low]) => low - high || compareVersions(a, b)).map(([name]) => name),
    }));
}

const namedGroups = (resources: readonly Resource[], remotes: Remotes = []) =>
  groupsOf(resources, remotes).filter(({ group }) => group !== "");

/** /api. `serverAddress` is the host and port that the client called. */
export const apiVersions = (serverAddress: string) => ({
  kind: "APIVersions",
  versions: ["v1"],
  serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress }],
});

interface GroupVersionForDiscovery {
  readonly groupVersion: string;
  readonly version: string;
}

export interface ApiGroup {
  readonly name: string;
  readonly versions: readonly GroupVersionForDiscovery[];
  readonly preferredVersion: GroupVersionForDiscovery | undefined;
}

function apiGroupOf({ group, versions }: { group: string; versions: readonly string[] }): ApiGroup {
  const served = versions.map((version) => ({ groupVersion: apiVersionOf(group, version), version }));
  return { name: group, versions: served, preferredVersion: served[0] };
}

/** /apis. */
export const apiGroupList = (resources: readonly Resource[], remotes: Remotes = []) => ({
  kind: "APIGroupList",
  apiVersion: "v1",
  groups: namedGroups(resources, remotes).map(apiGroupOf),
});

/** /apis/GROUP, or undefined for a group that is not served. */
export function apiGroup(resources: readonly Resource[], group: string, remotes: Remotes = []) {
  const found = namedGroups(resources, remotes).find((known) => known.group === group);
  return found && { kind: "APIGroup", apiVersion: "v1", ...apiGroupOf(found) };
}

const kindsOf = (resources: readonly Resource[], group: string, version: string): ServedKind[] =>
  servedKinds(resources)
    .filter((kind) => kind.group === group && kind.version === version)
    .sort((a, b) => (a.resource.plural < b.resource.plural ? -1 : 1));

/** /api/v1 and /apis/GROUP/VERSION, or undefined for a version that is not served. */
export function apiResourceList(resources: readonly Resource[], group: string, version: string) {
  const kinds = kindsOf(resources, group, version);
  if (kinds.length === 0) return undefined;
  return {
    kind: "APIResourceList",
    // Kubernetes omits it for the core group, whose answer predates the convention.
    ...(group === "" ? {} : { apiVersion: "v1" }),
    groupVersion: apiVersionOf(group, version),
    resources: kinds.flatMap(apiResourcesOf),
  };
}

function apiResourcesOf(served: ServedKind) {
  const { resource, group, version } = served;
  const namespaced = resource.scope === "Namespaced";
  const own = {
    name: resource.plural,
    singularName: singularOf(resource),
    namespaced,
    kind: resource.kind,
    verbs: verbsOf(resource),
    ...namesOf(resource),
    ...(isStored(resource) ? { storageVersionHash: storageVersionHash(resource) } : {}),
  };
  const subresources = subresourcesOf(served).map(({ name, kind, verbs }) => ({
    name: `${resource.plural}/${name}`,
    singularName: "",
    namespaced,
    ...(kind.group === group && kind.version === version ? {} : { group: kind.group, version: kind.version }),
    kind: kind.kind,
    verbs,
  }));
  return [own, ...subresources];
}

/** The verbs of custom kinds are listed in a fixed historical order, all others alphabetically. */
const CUSTOM_ORDER: readonly string[] = [
  "delete",
  "deletecollection",
  "get",
  "list",
  "patch",
  "create",
  "update",
  "watch",
];

function verbsOf({ verbs = ALL_VERBS, structuralSchema }: Resource): string[] {
  const known: readonly string[] = verbs;
  return structuralSchema ? CUSTOM_ORDER.filter((verb) => known.includes(verb)) : [...known].sort();
}

/**
 * Reviews, component statuses and metrics are computed per request. Kubernetes does not say at what a custom kind is
 * stored whose storage version is not served.
 */
const isStored = ({ verbs = ALL_VERBS, structuralSchema, storageVersion }: Resource): boolean =>
  verbs.includes("delete") && (structuralSchema === undefined || storageVersion !== undefined);

const namesOf = ({ shortNames, categories }: Resource) => ({
  ...(shortNames && shortNames.length > 0 ? { shortNames } : {}),
  ...(categories && categories.length > 0 ? { categories } : {}),
});

const WRITABLE = ["get", "patch", "update"];

function subresourcesOf({ resource, group, version }: ServedKind): ServedSubresource[] {
  const ownKind = { group, version, kind: resource.kind };
  const scaleKind = { group: "autoscaling", version: "v1", kind: "Scale" };
  const others = Object.entries(resource.subresources ?? {}).map(([name, { verbs, kind = ownKind }]) => ({
    name,
    verbs: [...verbs].sort(),
    kind,
  }));
  const all = [
    ...others,
    ...(resource.status ? [{ name: "status", verbs: WRITABLE, kind: ownKind }] : []),
    ...(resource.scale ? [{ name: "scale", verbs: WRITABLE, kind: scaleKind }] : []),
  ];
  // A custom kind's two possible subresources are listed in this order.
  return resource.structuralSchema ? all : all.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The media type parameters of aggregated discovery. */
export const AGGREGATED_DISCOVERY = ";g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

/** /api and /apis as one document each: apidiscovery.k8s.io/v2. */
export const aggregatedDiscovery = (
  resources: readonly Resource[],
  path: "/api" | "/apis",
  remotes: readonly (RemoteGroupVersion & { readonly discovery: VersionDiscovery })[] = [],
) => ({
  kind: "APIGroupDiscoveryList",
  apiVersion: "apidiscovery.k8s.io/v2",
  metadata: {},
  items: groupsOf(resources, path === "/apis" ? remotes : [])
    .filter(({ group }) => (group === "") === (path === "/api"))
    .map(({ group, versions }) => ({
      metadata: group === "" ? {} : { name: group },
      versions: versions.map(
        (version) =>
          remotes.find((remote) => remote.group === group && remote.version === version)?.discovery ?? {
            version,
            resources: kindsOf(resources, group, version).map(resourceDiscovery),
            freshness: "Current",
          },
      ),
    })),
});

function resourceDiscovery(served: ServedKind) {
  const { resource } = served;
  const subresources = subresourcesOf(served).map(({ name, kind, verbs }) => ({
    subresource: name,
    responseKind: responseKind(kind, served),
    verbs,
  }));
  return {
    resource: resource.plural,
    responseKind: responseKind({ ...served, kind: resource.kind }, served),
    scope: resource.scope === "Namespaced" ? "Namespaced" : "Cluster",
    singularResource: singularOf(resource),
    verbs: verbsOf(resource),
    ...namesOf(resource),
    ...(subresources.length > 0 ? { subresources } : {}),
  };
}

/** For built-in kinds, empty if the kind belongs to the group version itself. */
function responseKind({ group, version, kind }: ServedSubresource["kind"], served: ServedKind) {
  const isOwn = group === served.group && version === served.version;
  return isOwn && !served.resource.structuralSchema ? { group: "", version: "", kind } : { group, version, kind };
}

/** The index at `/`. */
export const rootPaths = (resources: readonly Resource[], remotes: Remotes = []) => ({
  paths: [
    ...FIXED_PATHS,
    ...healthPaths,
    ...namedGroups(resources, remotes).flatMap(({ group, versions }) => [
      `/apis/${group}`,
      ...versions.map((version) => `/apis/${group}/${version}`),
    ]),
  ].sort(),
});

const FIXED_PATHS = [
  "/.well-known/openid-configuration",
  "/api",
  "/api/v1",
  "/apis",
  "/apis/",
  "/flagz",
  "/metrics",
  "/metrics/slis",
  "/openapi/v2",
  "/openapi/v3",
  "/openapi/v3/",
  "/openid/v1/jwks",
  "/statusz",
  "/version",
];
