/** Content negotiation of answers (apiserver/pkg/endpoints/handlers/negotiation). */

import { ownMember } from "../../../api/machinery/json/own-member.ts";
import { failure, notAcceptable } from "../../../api/machinery/status.ts";
import { ApiError } from "../../api-error.ts";
import { EVENT_TYPES, type MediaType, OBJECT_TYPES, PROTOBUF } from "../media-types.ts";
import { acceptsGzip } from "./compress.ts";

export interface Accepted {
  readonly type: MediaType;
  /** What the client wants instead of the object, and the version of meta.k8s.io. */
  readonly as?: View;
  readonly viewVersion?: "v1" | "v1beta1";
  readonly pretty: boolean;
  /** Whether the client accepts compressed answers. */
  readonly gzip: boolean;
}

export type View = "Table" | "PartialObjectMetadata" | "PartialObjectMetadataList";

interface Clause {
  readonly type: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly quality: number;
}

/** The media types that this server can produce, and their formats. */
export const MEDIA_TYPES: Readonly<Record<string, MediaType>> = {
  "application/json": "application/json",
  "application/yaml": "application/yaml",
  [PROTOBUF]: PROTOBUF,
  "*/*": "application/json",
  "application/*": "application/json",
};

/** The client accepts none of the available forms. */
export const noSuchForm = (forms: readonly string[] = OBJECT_TYPES): ApiError =>
  new ApiError(notAcceptable(`only the following media types are accepted: ${forms.join(", ")}`));

/** The same for a watch. */
export const noSuchStream = (): ApiError => noSuchForm(EVENT_TYPES);

export function parseAccept(header: string): Clause[] {
  return header
    .split(",")
    .map((part) => {
      const [type = "", ...rest] = part.split(";").map((piece) => piece.trim());
      const parameters = Object.fromEntries(rest.map((pair) => pair.split("=", 2) as [string, string]));
      return { type: type.toLowerCase(), parameters, quality: Number(parameters.q ?? 1) };
    })
    .filter(({ type }) => type !== "")
    .map((clause, order) => ({ ...clause, order }))
    .sort((a, b) => b.quality - a.quality || a.order - b.order);
}

export interface Endpoint {
  /** Custom objects have no protobuf form; their metadata does. */
  readonly untyped?: boolean;
  /** Kubernetes' router checks the header before its API machinery does, except for custom kinds and groups. */
  readonly routed?: boolean;
  /** It supports watches too, which the router's refusal lists. */
  readonly streams?: boolean;
}

/**
 * The first available of the requested forms, or 406 as worded by Kubernetes. `views` are the transformations offered
 * here.
 */
export function negotiate(
  request: Request,
  query: URLSearchParams,
  views: readonly string[],
  { untyped = false, routed = !untyped, streams = false }: Endpoint = {},
): Accepted {
  const pretty = isPretty(request, query);
  const gzip = acceptsGzip(request);
  const header = request.headers.get("Accept");
  if (header === null || header.trim() === "") return { type: "application/json", pretty, gzip };
  if (routed && !isRouted(header)) throw noSuchRoute(streams);
  for (const { type, parameters } of parseAccept(header)) {
    const media = ownMember(MEDIA_TYPES, type);
    if (!media) continue;
    if (!isServed(media, parameters)) continue;
    const indented = pretty || parameters.pretty === "1";
    // Only the three together ask for another form; group or version alone do not.
    const asIs = parameters.as === undefined && parameters.g === undefined && parameters.v === undefined;
    const { as = "", g: group = "", v: version = "" } = parameters;
    if (media === PROTOBUF && (as === "Table" || (asIs && untyped))) continue;
    if (asIs) return { type: media, pretty: indented, gzip };
    if (group !== "meta.k8s.io" || (version !== "v1" && version !== "v1beta1") || !views.includes(as)) continue;
    return { type: media, as: as as View, viewVersion: version, pretty: indented, gzip };
  }
  throw noSuchForm();
}

/** The one stream schema, which YAML lacks, and the one version of the common group. */
const isServed = (media: MediaType, { stream = "", sv = "" }: Clause["parameters"]): boolean =>
  (stream === "" || (stream === "watch" && media !== "application/yaml")) && (sv === "" || sv === "v1");

/** The router understands the full wildcard, but no partial one, and no parameters. */
const isRouted = (header: string): boolean =>
  header.split(",").some((clause) => {
    const type = (clause.split(";")[0] ?? "").trim();
    return type === "*/*" || OBJECT_TYPES.some((produced) => produced === type);
  });

function noSuchRoute(streams: boolean): ApiError {
  const forms = streams ? [...OBJECT_TYPES, ...EVENT_TYPES] : OBJECT_TYPES;
  const message = `406: Not Acceptable\n\nAvailable representations: ${forms.join(", ")}`;
  return new ApiError(failure(406, "NotAcceptable", message, {}));
}

function isPretty(request: Request, query: URLSearchParams): boolean {
  const requested = query.get("pretty");
  if (requested !== null) return requested !== "false" && requested !== "0";
  const agent = request.headers.get("User-Agent") ?? "";
  return agent.startsWith("curl") || agent.startsWith("Wget") || agent.startsWith("Mozilla/5.0");
}
