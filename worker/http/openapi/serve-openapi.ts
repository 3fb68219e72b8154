/** /openapi/v3, its documents, and /openapi/v2. Built on first request, from the current kinds; cached by clients. */
import type { Context } from "hono";
import { exactJson } from "../../../api/machinery/json/exact-json.ts";
import type { Resource } from "../../../api/resources/resource.ts";
import { remoteApis } from "../../aggregation/remote-apis.ts";
import { type OpenApiIndex, pathOf, remoteDocument, remoteIndex } from "../../aggregation/remote-openapi.ts";
import { PlainTextError } from "../../api-error.ts";
import { customResources } from "../../policy/custom-resources.ts";
import type { Bindings } from "../bindings.ts";
import { loadDocumentation } from "../documentation.ts";
import { limitInFlight } from "../filters/in-flight.ts";
import { requirePath } from "../filters/require-path.ts";
import { type Decided, withPolicy } from "../filters/with-policy.ts";
import { BuiltDocuments, type WaitUntil } from "../response/built-documents.ts";
import { contentHash, respondWithEtag, type TaggedDocument, taggedDocument } from "../response/etag.ts";
import { parseAccept } from "../response/negotiate.ts";
import { documentPaths, openApiV2, openApiV3 } from "./documents.ts";
import { gnosticV2 } from "./gnostic-v2.ts";
import { inProtobuf, type JsonDocument, PROTOBUF_V3 } from "./in-protobuf.ts";

const notFound = () => new PlainTextError(404, "404 page not found");

/** Documents count like lists, until the client has read them (FAIR-LIST): they are as long, and held for it. */
export const serveOpenApi = (c: Context<Bindings>): Promise<Response> =>
  withPolicy(c, async (at) => {
    const user = await requirePath(c, at);
    return limitInFlight({ user, cluster: c.get("cluster"), verb: "list", bodyBytes: 0 }, async (turn) => {
      const response = await responseOf(c, at);
      return response.body && c.req.method !== "HEAD"
        ? new Response(turn.holdUntilRead(response.body), response)
        : response;
    });
  });

async function responseOf(c: Context<Bindings>, { policy, store }: Decided): Promise<Response> {
  const request = c.req.raw;
  const { resources } = policy.derive(customResources);
  const [, , version, ...rest] = c.req.path.split("/");
  const path = rest.filter((part) => part !== "").join("/");
  const waitUntil = (work: Promise<unknown>) => c.executionCtx.waitUntil(work);
  const source = { resources, waitUntil, assets: c.env.ASSETS };
  if (version === "v2" && path === "")
    return respondWithEtag(request, await v2(source, wantsProtobuf(request, PROTOBUF_V2)), PRIVATE);
  if (version !== "v3") throw notFound();
  const remotes = [...policy.derive(remoteApis).values()];
  const caller = { env: c.env, cluster: c.get("cluster"), store };
  if (path === "") {
    const paths = { ...(await v3Index(source)), ...(await remoteIndex(caller, remotes, Date.now())) };
    return Response.json({ paths });
  }
  const remote = remotes.find((each) => pathOf(each) === path);
  if (remote) return remoteDocument(caller, remote, request);
  if (!documentPaths(resources).includes(path)) throw notFound();
  const document = await v3(source, path);
  return serveV3(request, wantsProtobuf(request, PROTOBUF_V3) ? inProtobuf(document) : document);
}

/**
 * A document requested by its hash never changes, so clients may cache it for good. Another hash redirects to the
 * current one.
 */
function serveV3(request: Request, document: TaggedDocument): Response {
  const { pathname, searchParams } = new URL(request.url);
  const [requested, hash] = [searchParams.get("hash") ?? "", document.etag.replaceAll('"', "")];
  if (requested !== "" && requested !== hash)
    return new Response(null, { status: 301, headers: { Location: `${pathname}?hash=${hash}` } });
  const response = respondWithEtag(request, document, PRIVATE);
  if (requested !== "") {
    response.headers.set("Cache-Control", "public, immutable");
    response.headers.set("Expires", new Date(Date.now() + YEAR_MS).toUTCString());
  }
  return response;
}

const PRIVATE = "no-cache, private";
const YEAR_MS = 365 * 24 * 3600 * 1000;
const PROTOBUF_V2 = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

/** True for protobuf, false for JSON; 406 if neither is accepted. */
function wantsProtobuf(request: Request, protobuf: string): boolean {
  // What clients have always sent in Accept, although it is not a valid media type for the answer.
  const requested = protobuf.replace(".v1.0", "@v1.0");
  const clauses = parseAccept(request.headers.get("Accept") ?? "");
  if (clauses.length === 0) return false;
  for (const { type } of clauses) {
    if (type === protobuf || type === requested) return true;
    if (type === "application/json" || type === "*/*" || type === "application/*") return false;
  }
  throw new PlainTextError(406, `only the following media types are accepted: application/json, ${protobuf}`);
}

const documents = new BuiltDocuments();

/** What documents are built from. */
interface Source {
  readonly resources: readonly Resource[];
  readonly waitUntil: WaitUntil;
  readonly assets: Fetcher;
}

const v2 = (source: Source, asProtobuf: boolean): Promise<TaggedDocument> =>
  documents.get(source, asProtobuf ? "v2.protobuf" : "v2.json", async () => {
    const document = openApiV2({ resources: source.resources, documentation: await loadDocumentation(source.assets) });
    return asProtobuf
      ? taggedDocument(PROTOBUF_V2, gnosticV2(document))
      : taggedDocument("application/json", exactJson(document));
  });

/** `path` is one of documentPaths. */
const v3 = (source: Source, path: string): Promise<JsonDocument> =>
  documents.get(source, path, async () => {
    const documentation = await loadDocumentation(source.assets);
    const document = openApiV3({ resources: source.resources, documentation }, path);
    const body = exactJson(document);
    return { contentType: "application/json", body, etag: `"${await contentHash(body)}"` };
  });

async function v3Index(source: Source): Promise<OpenApiIndex> {
  const paths: Record<string, { serverRelativeURL: string }> = {};
  for (const path of documentPaths(source.resources)) {
    const hash = (await v3(source, path)).etag.replaceAll('"', "");
    paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` };
  }
  return paths;
}
