/**
 * The variables in expressions of admission policies and match conditions (apiserver
 * pkg/admission/plugin/cel/compile.go).
 */
import type { Scope } from "../check/checker.ts";
import { type Declaration, libraryOf } from "../declaration.ts";
import { kubernetesDeclarations } from "../library/index.ts";
import { BOOL, DYN, INT, listOf, mapOf, parseType, STRING, TIMESTAMP, type Type } from "../values/type.ts";

export interface PolicyVariables {
  readonly hasParams: boolean;
  /** The type of the objects, if known; otherwise dyn. */
  readonly object?: Type;
  readonly params?: Type;
  /** `variables`, by name, composed in order; absent if expressions cannot see them. */
  readonly variables?: ReadonlyMap<string, Type>;
  /** Message expressions cannot query the authorizer. */
  readonly hasAuthorizer?: boolean;
  /** Mutations construct `Object{…}` and `JSONPatch{…}`. */
  readonly constructs?: boolean;
}

const object = (name: string, fields: Readonly<Record<string, Type>>): Type => ({
  kind: "object",
  name,
  fields: new Map(Object.entries(fields)),
});

const GVK = object("kubernetes.GroupVersionKind", { group: STRING, version: STRING, kind: STRING });
const GVR = object("kubernetes.GroupVersionResource", { group: STRING, version: STRING, resource: STRING });
export const USER = object("kubernetes.UserInfo", {
  username: STRING,
  uid: STRING,
  groups: listOf(STRING),
  extra: mapOf(STRING, listOf(STRING)),
});

export const REQUEST = object("kubernetes.AdmissionRequest", {
  kind: GVK,
  resource: GVR,
  subResource: STRING,
  requestKind: GVK,
  requestResource: GVR,
  requestSubResource: STRING,
  name: STRING,
  namespace: STRING,
  operation: STRING,
  userInfo: USER,
  dryRun: BOOL,
  options: DYN,
});

export const NAMESPACE = object("kubernetes.Namespace", {
  metadata: object("kubernetes.NamespaceMetadata", {
    name: STRING,
    generateName: STRING,
    namespace: STRING,
    labels: mapOf(STRING, STRING),
    annotations: mapOf(STRING, STRING),
    UID: STRING,
    creationTimestamp: TIMESTAMP,
    deletionGracePeriodSeconds: INT,
    deletionTimestamp: TIMESTAMP,
    generation: INT,
    resourceVersion: STRING,
    finalizers: listOf(STRING),
  }),
  spec: object("kubernetes.NamespaceSpec", { finalizers: listOf(STRING) }),
  status: object("kubernetes.NamespaceStatus", { phase: STRING }),
});

const JSON_PATCH = object("JSONPatch", { op: STRING, path: STRING, from: STRING, value: DYN });

const escapes: readonly Declaration[] = [
  [
    "jsonpatch.escapeKey(string) -> string",
    (key: string) => key.replaceAll("~", "~0").replaceAll("/", "~1"),
    "traversal",
  ],
];

const policyLibrary = libraryOf(...kubernetesDeclarations);
/** For what makes patches. */
export const mutationLibrary = libraryOf(...kubernetesDeclarations, escapes);

/** Only the names of `Object` and of `Object.spec` are known. */
const structs = (name: string): Type | undefined => {
  if (name === "JSONPatch") return JSON_PATCH;
  return name === "Object" || name.startsWith("Object.") ? { kind: "object", name } : undefined;
};

export function policyScope(seen: PolicyVariables): Scope {
  const { hasParams, object: kind = DYN, params = DYN, variables, hasAuthorizer = true, constructs } = seen;
  const known = new Map<string, Type>([
    ["object", kind],
    ["oldObject", kind],
    ["request", REQUEST],
    ["namespaceObject", NAMESPACE],
  ]);
  if (hasAuthorizer) {
    known.set("authorizer", parseType("kubernetes.authorization.Authorizer"));
    known.set("authorizer.requestResource", parseType("kubernetes.authorization.ResourceCheck"));
  }
  if (hasParams) known.set("params", params);
  if (variables) known.set("variables", { kind: "object", name: "kubernetes.variables", fields: variables });
  return constructs
    ? { variables: known, library: mutationLibrary, structs }
    : { variables: known, library: policyLibrary };
}
