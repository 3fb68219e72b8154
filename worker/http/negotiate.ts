/** Content negotiation of answers (apiserver/pkg/endpoints/handlers/negotiation). */
import { PlainTextError } from "../api-error.ts";
import { acceptsGzip } from "./compress.ts";

export type MediaType = "application/json" | "application/yaml" | "application/vnd.kubernetes.protobuf";

export interface Accepted {
  readonly type: MediaType;
  /** What the client wants to see instead of the object, and at which version of meta.k8s.io. */
  readonly as?: View;
  readonly viewVersion?: "v1" | "v1beta1";
  readonly pretty: boolean;
  /** The client can read compressed answers. */
  readonly gzip: boolean;
}

export type View = "Table" | "PartialObjectMetadata" | "PartialObjectMetadataList";

interface Clause {
  readonly type: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly quality: number;
}

/** What of an Accept header this server can answer, and in which form. */
export const MEDIA_TYPES: Readonly<Record<string, MediaType>> = {
  "application/json": "application/json",
  "application/yaml": "application/yaml",
  "application/vnd.kubernetes.protobuf": "application/vnd.kubernetes.protobuf",
  "*/*": "application/json",
  "application/*": "application/json",
};

export const NOT_ACCEPTABLE =
  "only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf, application/json;as=Table;v=v1;g=meta.k8s.io";

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

const PROTOBUF = "application/vnd.kubernetes.protobuf";

/**
 * The first form asked for that there is, or 406 as Kubernetes words it. `views` are the transformations that this endpoint
 * offers; an `untyped` object has no protobuf form, but its metadata has.
 */
export function negotiate(
  request: Request,
  query: URLSearchParams,
  views: readonly string[],
  { untyped = false }: { readonly untyped?: boolean } = {},
): Accepted {
  const pretty = isPretty(request, query);
  const gzip = acceptsGzip(request);
  const header = request.headers.get("Accept");
  if (header === null || header.trim() === "") return { type: "application/json", pretty, gzip };
  for (const { type, parameters } of parseAccept(header)) {
    const media = MEDIA_TYPES[type];
    if (!media) continue;
    const { as } = parameters;
    if (media === PROTOBUF && (as === "Table" || (as === undefined && untyped))) continue;
    if (as === undefined) return { type: media, pretty, gzip };
    const group = parameters.g ?? "";
    const version = parameters.v ?? "";
    if (group !== "meta.k8s.io" || (version !== "v1" && version !== "v1beta1") || !views.includes(as)) continue;
    return { type: media, as: as as View, viewVersion: version, pretty, gzip };
  }
  throw new PlainTextError(406, NOT_ACCEPTABLE);
}

function isPretty(request: Request, query: URLSearchParams): boolean {
  const asked = query.get("pretty");
  if (asked !== null) return asked !== "false" && asked !== "0";
  const agent = request.headers.get("User-Agent") ?? "";
  return agent.startsWith("curl") || agent.startsWith("Wget") || agent.startsWith("Mozilla/5.0");
}
