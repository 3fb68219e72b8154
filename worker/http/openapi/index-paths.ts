/** Paths that are about no kind: the indexes of groups, versions and resources, the version, and the token issuer. */
import { OBJECT_TYPES } from "../media-types.ts";
import { capital, groupName, type Operation, renderOperation, tagOf } from "./operations.ts";
import type { OpenApiVersion, Schema } from "./schemas.ts";

export interface IndexContext {
  readonly version: OpenApiVersion;
  /** A reference to a schema of meta.v1. */
  readonly meta: (name: string) => Schema;
  readonly versionInfo: () => Schema;
}

const JSON_TYPE = "application/json";
const TEXT: Schema = { type: "string" };

type Index = Pick<Operation, "description" | "operationId" | "tag" | "response"> & {
  readonly types?: readonly string[];
};

function indexItem({ types = OBJECT_TYPES, ...index }: Index, version: OpenApiVersion): Schema {
  const operation: Operation = { ...index, method: "get", parameters: [], responseTypes: types, codes: [200] };
  return { get: renderOperation(operation, [], version) };
}

/** The index of a group version: `/apis/apps/v1/`. */
export function versionIndex(group: string, version: string, { version: openApi, meta }: IndexContext) {
  const path = group === "" ? `/api/${version}/` : `/apis/${group}/${version}/`;
  const operationId = `get${groupName(group)}${capital(version)}APIResources`;
  const description = "get available resources";
  const index = { description, operationId, tag: tagOf(group, version), response: meta("APIResourceList") };
  return { [path]: indexItem(index, openApi) };
}

/** The index of a group, in version 3 a document of its own. */
export function groupIndex(group: string, { version, meta }: IndexContext): Record<string, Schema> {
  if (group === "") {
    const description = "get available API versions";
    return {
      "/api/": indexItem(
        { description, operationId: "getCoreAPIVersions", tag: "core", response: meta("APIVersions") },
        version,
      ),
    };
  }
  const description = "get information of a group";
  const operationId = `get${groupName(group)}APIGroup`;
  return {
    [`/apis/${group}/`]: indexItem(
      { description, operationId, tag: tagOf(group, ""), response: meta("APIGroup") },
      version,
    ),
  };
}

/** By the path of the version 3 document about each. */
export const OTHER_PATHS: Readonly<Record<string, (context: IndexContext) => Record<string, Schema>>> = {
  ".well-known/openid-configuration": ({ version }) => ({
    "/.well-known/openid-configuration/": indexItem(
      {
        description: "get what is to know of the issuer of service accounts' tokens",
        operationId: "getServiceAccountIssuerOpenIDConfiguration",
        tag: "WellKnown",
        response: TEXT,
        types: [JSON_TYPE],
      },
      version,
    ),
  }),
  apis: ({ version, meta }) => ({
    "/apis/": indexItem(
      {
        description: "get available API versions",
        operationId: "getAPIVersions",
        tag: "apis",
        response: meta("APIGroupList"),
      },
      version,
    ),
  }),
  "openid/v1/jwks": ({ version }) => ({
    "/openid/v1/jwks/": indexItem(
      {
        description: "get the keys that verify service accounts' tokens",
        operationId: "getServiceAccountIssuerOpenIDKeyset",
        tag: "openid",
        response: TEXT,
        types: ["application/jwk-set+json"],
      },
      version,
    ),
  }),
  version: ({ version, versionInfo }) => ({
    "/version/": indexItem(
      {
        description: "get the version information for this server",
        operationId: "getCodeVersion",
        tag: "version",
        response: versionInfo(),
        types: [JSON_TYPE],
      },
      version,
    ),
  }),
};

const REQUIRED = "major minor gitVersion gitCommit gitTreeState buildDate goVersion compiler platform".split(" ");
const OPTIONAL = "emulationMajor emulationMinor minCompatibilityMajor minCompatibilityMinor".split(" ");

/** The schema of /version. */
export const versionInfoSchema = (version: OpenApiVersion): Schema => ({
  description: "What this server is, and the version of Kubernetes that it speaks.",
  type: "object",
  required: REQUIRED,
  properties: Object.fromEntries(
    [...REQUIRED, ...OPTIONAL]
      .sort()
      .map((name) => [name, { type: "string", ...(version === 3 && REQUIRED.includes(name) ? { default: "" } : {}) }]),
  ),
});
