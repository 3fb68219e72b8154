/** /, /api, /apis and everything below them down to group versions; discovery.ts builds the documents. */

import type { Context } from "hono";
import { ownMember } from "../../../api/machinery/json/own-member.ts";
import { methodNotAllowed } from "../../../api/machinery/status.ts";
import type { Resource } from "../../../api/resources/resource.ts";
import { callRemote } from "../../aggregation/call-remote.ts";
import { type RemoteApi, remoteApis } from "../../aggregation/remote-apis.ts";
import { remoteVersion } from "../../aggregation/remote-discovery.ts";
import { ApiError } from "../../api-error.ts";
import { noSuchPath } from "../../no-such-path.ts";
import type { Caller } from "../../outbound/call-client.ts";
import { customResources } from "../../policy/custom-resources.ts";
import type { Bindings } from "../bindings.ts";
import { requirePath } from "../filters/require-path.ts";
import { withPolicy } from "../filters/with-policy.ts";
import type { MediaType } from "../media-types.ts";
import { BuiltDocuments, type WaitUntil } from "../response/built-documents.ts";
import { respondWithEtag, type TaggedDocument, taggedDocument } from "../response/etag.ts";
import { MEDIA_TYPES, negotiate, parseAccept } from "../response/negotiate.ts";
import { encodeValue, renderValue } from "../response/respond.ts";
import {
  AGGREGATED_DISCOVERY,
  aggregatedDiscovery,
  apiGroup,
  apiGroupList,
  apiResourceList,
  apiVersions,
  rootPaths,
} from "./discovery.ts";

export const serveDiscovery = (c: Context<Bindings>): Promise<Response> =>
  withPolicy(c, async ({ policy, store }) => {
    const request = c.req.raw;
    const user = await requirePath(c, { policy, store });
    // The aggregator, which answers for /apis, its groups, and the index of paths, ignores the method; others do not.
    const isAggregators = /^\/apis(\/[^/]*)?\/?$/.test(c.req.path);
    if (request.method !== "GET" && !isAggregators && c.req.path !== "/") throw new ApiError(methodNotAllowed());
    const { resources } = policy.derive(customResources);
    const url = new URL(request.url);
    const [root = "", group, version] = c.req.path.split("/").slice(1);
    const caller = { env: c.env, cluster: c.get("cluster"), store };
    const byVersion = policy.derive(remoteApis);
    const remotes = [...byVersion.values()];
    const remote = root === "apis" && group && version ? byVersion.get(`${group}/${version}`) : undefined;
    if (remote) {
      const { method, headers } = request;
      const path = `${c.req.path}${url.search}`;
      return callRemote(caller, { remote, user, method, path, headers, body: new Uint8Array() });
    }
    const isCollection = group === undefined || group === "";
    const form = isCollection && (root === "api" || root === "apis") ? aggregatedForm(request) : undefined;
    if (form) {
      if (root === "apis" && remotes.length > 0)
        return respondWithEtag(request, await withRemotes(caller, { resources, remotes, form }), "public");
      const waitUntil = (work: Promise<unknown>) => c.executionCtx.waitUntil(work);
      const document = await aggregated({ resources, waitUntil }, root === "api" ? "/api" : "/apis", form);
      return respondWithEtag(request, document, "public");
    }
    const document = documentAt(resources, {
      root,
      group: group ?? "",
      version: version ?? "",
      host: url.host,
      remotes,
    });
    if (!document) throw noSuchPath(root === "api" ? "" : (group ?? ""));
    // The index of paths has a single form, whatever the client accepts.
    if (root === "") return renderValue(document, { type: "application/json", pretty: true, gzip: false });
    return renderValue(document, negotiate(request, url.searchParams, [], { routed: !isAggregators }));
  });

interface Place {
  readonly root: string;
  readonly group: string;
  readonly version: string;
  readonly host: string;
  readonly remotes: readonly RemoteApi[];
}

/** In `/api/v1`, the "group" is the version. */
function documentAt(
  resources: readonly Resource[],
  { root, group, version, host, remotes }: Place,
): object | undefined {
  if (root === "") return rootPaths(resources, remotes);
  if (root === "api") return group === "" ? apiVersions(host) : apiResourceList(resources, "", group);
  if (group === "") return apiGroupList(resources, remotes);
  return version === "" ? apiGroup(resources, group, remotes) : apiResourceList(resources, group, version);
}

/** If the client accepts aggregated discovery, that wins over every other form, whatever their weights. */
function aggregatedForm(request: Request): MediaType | undefined {
  for (const { type, parameters } of parseAccept(request.headers.get("Accept") ?? "")) {
    const media = ownMember(MEDIA_TYPES, type);
    const { g, v, as } = parameters;
    if (media && g === "apidiscovery.k8s.io" && v === "v2" && as === "APIGroupDiscoveryList") return media;
  }
  return undefined;
}

const documents = new BuiltDocuments();

interface Kinds {
  readonly resources: readonly Resource[];
  readonly waitUntil: WaitUntil;
}

const aggregated = (kinds: Kinds, path: "/api" | "/apis", form: MediaType): Promise<TaggedDocument> =>
  documents.get(kinds, `${path} ${form}`, () => aggregatedDocument(aggregatedDiscovery(kinds.resources, path), form));

const aggregatedDocument = (discovery: object, form: MediaType): Promise<TaggedDocument> =>
  taggedDocument(`${form}${AGGREGATED_DISCOVERY}`, encodeValue(discovery, { type: form, pretty: false, gzip: false }));

interface WithRemotes {
  readonly resources: readonly Resource[];
  readonly remotes: readonly RemoteApi[];
  readonly form: MediaType;
}

/** Adds what other API servers serve, which may change at any time. */
async function withRemotes(caller: Caller, { resources, remotes, form }: WithRemotes): Promise<TaggedDocument> {
  const now = Date.now();
  const discovered = await Promise.all(
    remotes.map(async (remote) => ({ ...remote, discovery: await remoteVersion(caller, remote, now) })),
  );
  return aggregatedDocument(aggregatedDiscovery(resources, "/apis", discovered), form);
}
