/** What aggregated API servers serve, for aggregated discovery. Fetched at most once a minute. */
import { RecentValues } from "../../api/recent-values.ts";
import type { Caller } from "../outbound/call-client.ts";
import type { RemoteApi } from "./remote-apis.ts";
import { RETRY_MS, requestRemote } from "./request-remote.ts";

/** One entry of an APIResourceList: `pods`, or `pods/log`. */
interface ListedResource {
  readonly name: string;
  readonly singularName: string;
  readonly namespaced: boolean;
  readonly kind: string;
  readonly group?: string;
  readonly version?: string;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

export interface RemoteVersion {
  readonly version: string;
  /** apidiscovery.k8s.io APIResourceDiscovery. */
  readonly resources: readonly object[];
  readonly freshness: "Current" | "Stale";
}

interface Known {
  readonly until: number;
  readonly version: RemoteVersion;
}

const FRESH_MS = 60_000;
/** Of all clusters, in characters of JSON: what a server answers is up to its cluster's owner. */
const MAX_KNOWN_LENGTH = 8 * 1024 * 1024;

const known = new RecentValues<Known>(MAX_KNOWN_LENGTH, ({ version }) => JSON.stringify(version).length);

/** Marked stale, and as last seen, if the server is not available or does not answer. */
export async function remoteVersion(caller: Caller, remote: RemoteApi, now: number): Promise<RemoteVersion> {
  const key = `${caller.cluster}/${remote.group}/${remote.version}`;
  const last = known.get(key);
  const stale = { version: remote.version, resources: last?.version.resources ?? [], freshness: "Stale" } as const;
  if (!remote.available) return stale;
  if (last && now < last.until) return last.version;
  const version = await fetchDiscovery(caller, remote).catch(() => stale);
  known.set(key, { until: Date.now() + (version === stale ? RETRY_MS : FRESH_MS), version });
  return version;
}

async function fetchDiscovery(caller: Caller, remote: RemoteApi): Promise<RemoteVersion> {
  const path = `/apis/${remote.group}/${remote.version}`;
  const { resources = [] } = await requestRemote<{ resources?: readonly ListedResource[] }>(caller, remote, path);
  return { version: remote.version, resources: discoveryOf(resources, remote), freshness: "Current" };
}

function discoveryOf(listed: readonly ListedResource[], { group, version }: RemoteApi): object[] {
  const kindOf = (each: ListedResource) => ({
    group: each.group ?? group,
    version: each.version ?? version,
    kind: each.kind,
  });
  return listed
    .filter(({ name }) => !name.includes("/"))
    .map((each) => {
      const subresources = listed
        .filter(({ name }) => name.startsWith(`${each.name}/`))
        .map((sub) => ({
          subresource: sub.name.slice(each.name.length + 1),
          responseKind: kindOf(sub),
          verbs: sub.verbs,
        }));
      return {
        resource: each.name,
        responseKind: kindOf(each),
        scope: each.namespaced ? "Namespaced" : "Cluster",
        singularResource: each.singularName,
        verbs: each.verbs,
        ...(each.shortNames?.length ? { shortNames: each.shortNames } : {}),
        ...(each.categories?.length ? { categories: each.categories } : {}),
        ...(subresources.length > 0 ? { subresources } : {}),
      };
    });
}
