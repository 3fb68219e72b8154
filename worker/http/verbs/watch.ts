import { LineSplitter } from "../../../api/line-splitter.ts";
import { exactJson, parseExactJson } from "../../../api/machinery/json/exact-json.ts";
import { completeObject } from "../../../api/machinery/json/object-text.ts";
import { apiVersionOf, type KubeObject } from "../../../api/machinery/meta.ts";
import { partialObjectMetadata } from "../../../api/machinery/partial-metadata.ts";
import { encodeWatchFrame } from "../../../api/machinery/protobuf/protobuf.ts";
import { expired, type Status } from "../../../api/machinery/status.ts";
import { renderTable } from "../../../api/resources/table.ts";
import { shapeOf, zeroStruct } from "../../../api/schema/shape.ts";
import { structOfKind } from "../../../api/schema/table.ts";
import type { EventRequest } from "../../../api/store/event-request.ts";
import type { Revision, WatchGround, WatchRequest } from "../../../api/store/store.ts";
import { isHeartbeat } from "../../../api/watch-heartbeat.ts";
import { clientOf } from "../../fairness/client.ts";
import { requireRead } from "../../fairness/unread-messages.ts";
import { watchShareOf } from "../../fairness/watch-share.ts";
import type { Served } from "../../kinds/kind-registry.ts";
import { DEFINITIONS } from "../../policy/custom-resources.ts";
import type { RequestContext } from "../../request-context.ts";
import { selectsAsRead } from "../../storage/selecting-store.ts";
import { Compacted, RevisionTooLarge } from "../../storage/store-failures.ts";
import { requestsWebSocket } from "../../tunnels/upgrade.ts";
import { PROTOBUF } from "../media-types.ts";
import { requireNamed, watchOptions } from "../request/list-options.ts";
import { type Accepted, noSuchForm, noSuchStream } from "../response/negotiate.ts";
import { protobufOf } from "../response/respond.ts";
import {
  acceptedBy,
  atServedVersion,
  atViewVersion,
  columnTexts,
  includeObject,
  readAtServedVersion,
  showsStoredMetadata,
  WATCH_VIEWS,
} from "../response/views.ts";
import { eventsOverWebSocket } from "../response/websocket-response.ts";
import { selectedBy } from "./selected.ts";

/** Kubernetes' default: a random time between 30 and 60 minutes, so that clients do not all come back at once. */
const MIN_TIMEOUT_SECONDS = 1800;

/**
 * GET with `watch`: the store's own stream, transformed only if the requested form cannot be made from stored texts
 * alone.
 */
export async function watch(context: RequestContext): Promise<Response> {
  const { served, path, query, store } = context;
  const accepted = acceptedBy(context, WATCH_VIEWS);
  const options = watchOptions(query, served);
  if (accepted.type === "application/yaml") throw noSuchStream();
  const { selection } = options;
  requireNamed(query, selection, path.name);
  const events = storedEventForm(context, accepted);
  const request: WatchRequest = {
    ...selectedBy(context, selection),
    ...(options.since === undefined ? {} : { since: options.since }),
    ...(options.notOlderThan === undefined ? {} : { notOlderThan: options.notOlderThan }),
    ...(options.sendInitialEvents === undefined ? {} : { sendInitialEvents: options.sendInitialEvents }),
    bookmarks: options.bookmarks,
    ...(events && { events }),
    // Tables are made from the stored version.
    bookmarkKind: bookmarkKind(accepted.as === "Table" ? { ...served, ...storedAt(served) } : served),
    ...(served.definition && { ground: groundOf(served.definition) }),
    ...(!context.env.ownApi && { share: watchShareOf(context, selection.requirements) }),
    timeoutSeconds: options.timeoutSeconds ?? Math.floor(MIN_TIMEOUT_SECONDS * (1 + Math.random())),
  };
  const client = clientOf(context);
  const isWebSocket = requestsWebSocket(context.request);
  if (isWebSocket) requireRead(client);
  // What it refuses must not have begun a watch.
  const transform = events ? undefined : await eventTransform(context, accepted);
  const response = await store.stream("watch", request).catch((error: unknown) => errorResponse(error, request));
  const body = transform && response.body ? response.body.pipeThrough(transform) : response.body;
  if (isWebSocket) return eventsOverWebSocket(context.request, client, { body, protobuf: accepted.type === PROTOBUF });
  return new Response(body, {
    // Without an encoding of their own, proxies compress the stream and so hold back events.
    headers: {
      "Content-Type": streamType(accepted),
      "Content-Encoding": "identity",
      "Cache-Control": "no-cache, private",
    },
    encodeBody: "manual",
  });
}

/** Events are rendered according to the definition, so when that changes the watch ends and the client reconnects. */
const groundOf = ({ name, generation }: NonNullable<Served["definition"]>): WatchGround => ({
  key: { resource: DEFINITIONS, namespace: "", name },
  generation,
});

const storedAt = ({ resource: { group, version } }: Served) => ({ group, version });

/** An empty object of the kind, for bookmarks. */
function bookmarkKind({ resource, group, version }: Served): WatchRequest["bookmarkKind"] {
  const apiVersion = apiVersionOf(group, version);
  const struct = structOfKind(apiVersion, resource.kind);
  const { metadata: _, ...zero } = struct ? zeroStruct(shapeOf(struct), "wireZero") : {};
  return { apiVersion, kind: resource.kind, zero };
}

/** A watch that cannot begin at the requested revision still begins, and says so in its only event. */
function errorResponse(error: unknown, { since, events }: WatchRequest): Response {
  const object = statusAt(error, since);
  if (object === undefined) throw error;
  if (events?.protobuf) return new Response(encodeWatchFrame("ERROR", protobufOf(object)));
  return new Response(`${JSON.stringify({ type: "ERROR", object })}\n`);
}

function statusAt(error: unknown, since: Revision | undefined): Status | undefined {
  if (error instanceof Compacted) return expired(`too old resource version: ${since} (${error.oldest - 1})`);
  return error instanceof RevisionTooLarge ? error.status : undefined;
}

/** The form in which the store sends events; undefined if they must be transformed here. */
function storedEventForm(
  { served, query }: RequestContext,
  { as, type, viewVersion = "v1" }: Accepted,
): EventRequest | undefined {
  if (selectsAsRead(served, query)) return undefined;
  const protobuf = type === PROTOBUF;
  switch (as) {
    case undefined:
      if (protobuf && served.custom) throw noSuchForm();
      return served.conversion ? undefined : { protobuf };
    case "PartialObjectMetadata":
      return showsStoredMetadata(served) ? { metadataAt: viewVersion, protobuf } : undefined;
    default:
      return undefined;
  }
}

const streamType = ({ type }: Accepted) => (type === "application/json" ? type : `${type};stream=watch`);

interface WatchEvent {
  readonly type: string;
  readonly object: KubeObject;
}

/** Transforms the store's lines of JSON into the requested form. */
async function eventTransform(
  context: RequestContext,
  accepted: Accepted,
): Promise<TransformStream<Uint8Array, Uint8Array>> {
  const { served } = context;
  const include = includeObject(context.query);
  const documentation = accepted.as === "Table" ? await columnTexts(context) : undefined;
  let first = true;
  const shown = ({ type, object }: WatchEvent): Partial<KubeObject> => {
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
  const splitter = new LineSplitter(new TextDecoder());
  return new TransformStream({
    transform(chunk, controller) {
      if (isHeartbeat(chunk, splitter)) {
        if (accepted.type !== PROTOBUF) controller.enqueue(chunk);
        return;
      }
      const events = splitter
        .push(chunk)
        .map((line) => (served.custom ? parseExactJson(line) : JSON.parse(line)) as WatchEvent);
      if (accepted.type === PROTOBUF) {
        for (const event of events) controller.enqueue(encodeWatchFrame(event.type, protobufOf(shown(event))));
        return;
      }
      const text = events.map((event) => `${exactJson({ type: event.type, object: shown(event) })}\n`).join("");
      // All at once: a chunk costs more than its content.
      if (text !== "") controller.enqueue(encoder.encode(text));
    },
  });
}
