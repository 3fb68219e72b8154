/**
 * The OpenAPI documents of aggregated API servers (kube-aggregator's openapiv3). The index lists each with the hash
 * that its server gives, fetched at most once a minute; documents are passed through unchanged.
 */
import { RecentValues } from "../../api/recent-values.ts";
import type { Caller } from "../outbound/call-client.ts";
import { AGGREGATOR, callRemote } from "./call-remote.ts";
import type { RemoteApi } from "./remote-apis.ts";
import { RETRY_MS, requestRemote } from "./request-remote.ts";

/** Document path (`apis/GROUP/VERSION`) to where clients find it. */
export type OpenApiIndex = Readonly<Record<string, { readonly serverRelativeURL: string }>>;

interface Known {
  readonly until: number;
  readonly url: string | undefined;
}

const FRESH_MS = 60_000;
/** Of all clusters, in characters of URLs. */
const MAX_KNOWN_LENGTH = 1024 * 1024;
/** Of an entry without one. */
const ENTRY_LENGTH = 100;

const known = new RecentValues<Known>(MAX_KNOWN_LENGTH, ({ url = "" }) => ENTRY_LENGTH + url.length);

/** The index entries for documents of other servers; servers that do not answer are left out. */
export async function remoteIndex(caller: Caller, remotes: readonly RemoteApi[], now: number): Promise<OpenApiIndex> {
  const documents = await Promise.all(
    remotes.map(async (remote) => [pathOf(remote), await remoteUrl(caller, remote, now)] as const),
  );
  return Object.fromEntries(documents.flatMap(([path, url]) => (url ? [[path, { serverRelativeURL: url }]] : [])));
}

async function remoteUrl(caller: Caller, remote: RemoteApi, now: number): Promise<string | undefined> {
  const key = `${caller.cluster}/${remote.group}/${remote.version}`;
  const last = known.get(key);
  if (last && now < last.until) return last.url;
  try {
    const url = await fetchDocument(caller, remote);
    known.set(key, { until: now + FRESH_MS, url });
    return url;
  } catch {
    // One that is unavailable costs nothing to ask again.
    if (remote.available) known.set(key, { until: Date.now() + RETRY_MS, url: undefined });
    return undefined;
  }
}

async function fetchDocument(caller: Caller, remote: RemoteApi): Promise<string | undefined> {
  const path = pathOf(remote);
  const { paths } = await requestRemote<{ paths?: OpenApiIndex }>(caller, remote, "/openapi/v3");
  const hash = new URL(paths?.[path]?.serverRelativeURL ?? "", "https://remote").searchParams.get("hash");
  return paths?.[path] && `/openapi/v3/${path}${hash ? `?hash=${encodeURIComponent(hash)}` : ""}`;
}

export const pathOf = ({ group, version }: RemoteApi): string => `apis/${group}/${version}`;

/** The document itself. The headers of the client's `request` negotiate its format. */
export function remoteDocument(caller: Caller, remote: RemoteApi, { url, headers }: Request): Promise<Response> {
  const path = `/openapi/v3/${pathOf(remote)}${new URL(url).search}`;
  return callRemote(caller, { remote, user: AGGREGATOR, method: "GET", path, headers, body: new Uint8Array() });
}
