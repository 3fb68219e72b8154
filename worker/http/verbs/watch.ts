import { apiVersionOf, type KubeObject } from "../../../api/machinery/meta.ts";
import { completeObject } from "../../../api/machinery/object-text.ts";
import { partialObjectMetadata } from "../../../api/machinery/partial-metadata.ts";
import { encodeWatchFrame } from "../../../api/machinery/protobuf.ts";
import { expired } from "../../../api/machinery/status.ts";
import { renderTable } from "../../../api/machinery/table.ts";
import { shapeOf, zeroStruct } from "../../../api/schema/shape.ts";
import { structOfKind } from "../../../api/schema/table.ts";
import type { WatchRequest } from "../../../api/store.ts";
import type { Served } from "../../kind-registry.ts";
import { storageResource } from "../../kind-registry.ts";
import type { RequestContext } from "../../request-context.ts";
import { Compacted } from "../../storage/store-client.ts";
import { selectionOf, watchOptions } from "../list-options.ts";
import { type Accepted, noSuchStream } from "../negotiate.ts";
import { protobufOf } from "../respond.ts";
import {
  acceptedBy,
  atServedVersion,
  atViewVersion,
  columnTexts,
  includeObject,
  readAtServedVersion,
  WATCH_VIEWS,
} from "../views.ts";
import { asksForWebSocket, linesOverWebSocket } from "../websocket-answer.ts";

/** Kubernetes' default: a random time between 30 and 60 minutes, so that clients do not all come back at once. */
const MIN_TIMEOUT_SECONDS = 1800;

/** GET with `watch`: the store's own stream, transformed only where another form was asked for. */
export async function watch(context: RequestContext): Promise<Response> {
  const { served, path, query, store } = context;
  const options = watchOptions(query);
  const accepted = acceptedBy(context, WATCH_VIEWS);
  if (accepted.type === "application/yaml") throw noSuchStream();
  const selection = selectionOf(query, served);
  const namespace = path.namespace !== "" ? path.namespace : selection.namespace;
  const name = path.name !== "" ? path.name : selection.name;
  const request: WatchRequest = {
    resource: storageResource(served.resource),
    ...(namespace !== undefined && served.resource.scope === "Namespaced" ? { namespace } : {}),
    ...(name === undefined ? {} : { name }),
    ...(selection.requirements.length > 0 ? { requirements: selection.requirements } : {}),
    ...(options.since === undefined ? {} : { since: options.since }),
    ...(options.sendInitialEvents === undefined ? {} : { sendInitialEvents: options.sendInitialEvents }),
    bookmarks: options.bookmarks,
    // Tables are made of what is stored.
    bookmarkKind: bookmarkKind(accepted.as === "Table" ? { ...served, ...storedAt(served) } : served),
    timeoutSeconds: options.timeoutSeconds ?? Math.floor(MIN_TIMEOUT_SECONDS * (1 + Math.random())),
  };
  const response = await store.stream("watch", request).catch((error: unknown) => tooOld(error, request));
  const transform = await eventTransform(context, accepted);
  const body = transform && response.body ? response.body.pipeThrough(transform) : response.body;
  if (asksForWebSocket(context.request)) return linesOverWebSocket(new Response(body));
  return new Response(body, {
    // Without an encoding of its own, proxies in between compress the stream and so hold events back.
    headers: {
      "Content-Type": streamType(accepted),
      "Content-Encoding": "identity",
      "Cache-Control": "no-cache, private",
    },
    encodeBody: "manual",
  });
}

const storedAt = ({ resource: { group, version } }: Served) => ({ group, version });

/** What an empty object of the kind looks like on the wire, for bookmarks. */
function bookmarkKind({ resource, group, version }: Served): WatchRequest["bookmarkKind"] {
  const apiVersion = apiVersionOf(group, version);
  const struct = structOfKind(apiVersion, resource.kind);
  const { metadata: _, ...zero } = struct ? zeroStruct(shapeOf(struct), "wireZero") : {};
  return { apiVersion, kind: resource.kind, zero };
}

/** A watch that cannot begin where it was told to begins, and says so in its only event. */
function tooOld(error: unknown, { since }: WatchRequest): Response {
  if (!(error instanceof Compacted)) throw error;
  const object = expired(`too old resource version: ${since} (${error.oldest - 1})`);
  return new Response(`${JSON.stringify({ type: "ERROR", object })}\n`);
}

const streamType = ({ type }: Accepted) => (type === "application/json" ? type : `${type};stream=watch`);

interface WatchEvent {
  readonly type: string;
  readonly object: KubeObject;
}

/** Undefined where the store's own lines are the answer. */
async function eventTransform(
  context: RequestContext,
  accepted: Accepted,
): Promise<TransformStream<Uint8Array, Uint8Array> | undefined> {
  const { served } = context;
  if (accepted.as === undefined && accepted.type === "application/json" && !served.conversion) return undefined;
  const include = includeObject(context.query);
  const documentation = accepted.as === "Table" ? await columnTexts(context) : undefined;
  let first = true;
  const shown = ({ type, object }: WatchEvent): KubeObject | object => {
    if (type === "ERROR") return object;
    if (accepted.as === "PartialObjectMetadata")
      return atViewVersion(partialObjectMetadata(object, served.resource), accepted);
    if (accepted.as === undefined) return type === "BOOKMARK" ? object : readAtServedVersion(served, object);
    // A bookmark is the row of an empty object, in whose metadata clients look for the end of the initial events.
    const table = renderTable(served.resource, [completeObject(object)], {
      now: Date.now(),
      includeObject: include,
      metadata: { resourceVersion: object.metadata.resourceVersion ?? "" },
      headers: first,
      ...(documentation ? { documentation } : {}),
      show: (stored) => atServedVersion(served, stored),
    });
    first = false;
    return atViewVersion(table, accepted);
  };
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  let rest = "";
  return new TransformStream({
    transform(chunk, controller) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (line === "") {
          if (accepted.type === "application/json") controller.enqueue(encoder.encode("\n"));
          continue;
        }
        const event = JSON.parse(line) as WatchEvent;
        const object = shown(event);
        controller.enqueue(
          accepted.type === "application/vnd.kubernetes.protobuf"
            ? encodeWatchFrame(event.type, protobufOf(object as KubeObject))
            : encoder.encode(`${JSON.stringify({ type: event.type, object })}\n`),
        );
      }
    },
  });
}
