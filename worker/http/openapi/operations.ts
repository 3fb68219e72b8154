/** One operation of a path: its parameters, its answers, and its names. */
import type { Parameter } from "./parameters.ts";
import type { OpenApiVersion, Schema } from "./schemas.ts";

export interface Kind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

export interface Operation {
  /** The HTTP method in lower case. */
  readonly method: string;
  readonly description: string;
  readonly operationId: string;
  readonly tag: string;
  readonly parameters: readonly Parameter[];
  readonly body?: { readonly schema: Schema; readonly types: readonly string[]; readonly required: boolean };
  readonly response: Schema;
  readonly responseTypes: readonly string[];
  /** Status codes of success. */
  readonly codes: readonly (keyof typeof CODES)[];
  /** list, get, connect, …; absent for paths about no kind. */
  readonly action?: string;
  readonly served?: Kind;
  /** The media types accepted by a request even without a body; anything if absent. */
  readonly takes?: readonly string[];
}

const CODES = { 200: "OK", 201: "Created", 202: "Accepted" } as const;

/** Groups as they appear in operation names and tags: `RbacAuthorization`, `rbacAuthorization`. */
export const groupName = (group: string): string =>
  group === ""
    ? "Core"
    : group
        .replace(/\.k8s\.io$/, "")
        .split(/[.-]/)
        .map(capital)
        .join("");

export const tagOf = (group: string, version: string): string => {
  const name = groupName(group);
  return `${name.charAt(0).toLowerCase()}${name.slice(1)}${version === "" ? "" : `_${version}`}`;
};

/** `a Pod`, `an Ingress`. */
export const withArticle = (kind: string): string => `${/^[AEIOU]/.test(kind) ? "an" : "a"} ${kind}`;

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** `parameters` are those that are not declared for the whole path. */
export function renderOperation(
  { description, operationId, tag, body, response, responseTypes, codes, action, served, takes }: Operation,
  parameters: readonly Schema[],
  version: OpenApiVersion,
): Schema {
  const common = { description, operationId, tags: [tag] };
  const extensions = {
    ...(action ? { "x-kubernetes-action": action } : {}),
    ...(served ? { "x-kubernetes-group-version-kind": served } : {}),
  };
  const responses = (of: Schema) => ({
    ...Object.fromEntries(codes.map((code) => [code, { description: CODES[code], ...of }])),
    "401": { description: "Unauthorized" },
  });
  if (version === 2) {
    const bodyParameter = body && {
      in: "body",
      name: "body",
      ...(body.required ? { required: true } : {}),
      schema: body.schema,
    };
    const all = bodyParameter ? [bodyParameter, ...parameters] : parameters;
    return {
      ...common,
      consumes: body?.types ?? takes ?? ["*/*"],
      produces: responseTypes,
      schemes: ["https"],
      ...(all.length > 0 ? { parameters: all } : {}),
      responses: responses({ schema: response }),
      ...extensions,
    };
  }
  const content = (schema: Schema, types: readonly string[]) =>
    Object.fromEntries([...types].sort().map((type) => [type, { schema }]));
  return {
    ...common,
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body
      ? { requestBody: { content: content(body.schema, body.types), ...(body.required ? { required: true } : {}) } }
      : {}),
    responses: responses({ content: content(response, responseTypes) }),
    ...extensions,
  };
}
