/**
 * The operations of a kind. What clients look for here is which kind a path serves (kubectl explain) and which query
 * parameters a patch takes (whether dry run and field validation are the server's work).
 */
import { ALL_VERBS, type Resource } from "../../../api/resources/resource.ts";
import type { OpenApiVersion, Schema } from "./schemas.ts";

export interface PathContext {
  readonly version: OpenApiVersion;
  /** A reference to the schema of the kind, and of its list. */
  readonly ref: Schema;
  readonly listRef: Schema;
  readonly at: { readonly group: string; readonly version: string };
  /** The schema of a subresource's kind, where it has one. */
  readonly refTo: (kind: Kind) => Schema | undefined;
}

interface Kind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

interface Parameter {
  readonly name: string;
  readonly description: string;
  readonly type: "string" | "integer" | "boolean";
}

const PRETTY: Parameter = { name: "pretty", type: "string", description: "Print the answer over several lines." };
const WRITE: readonly Parameter[] = [
  { name: "dryRun", type: "string", description: "With All, the request is processed in full and nothing is stored." },
  { name: "fieldManager", type: "string", description: "Who makes this change, for the ownership of fields." },
  {
    name: "fieldValidation",
    type: "string",
    description: "What to do about unknown and repeated fields: Ignore, Warn or Strict.",
  },
];
const FORCE: Parameter = { name: "force", type: "boolean", description: "Take fields over from other appliers." };
const LIST: readonly Parameter[] = [
  { name: "labelSelector", type: "string", description: "Only objects whose labels match." },
  { name: "fieldSelector", type: "string", description: "Only objects whose fields match." },
  { name: "limit", type: "integer", description: "At most so many objects in one answer." },
  { name: "continue", type: "string", description: "Go on with the list that an earlier answer began." },
  { name: "resourceVersion", type: "string", description: "The state that the answer is to show, at least." },
  { name: "resourceVersionMatch", type: "string", description: "How resourceVersion is meant: Exact or NotOlderThan." },
  { name: "watch", type: "boolean", description: "Answer with the changes, as they happen." },
  { name: "allowWatchBookmarks", type: "boolean", description: "Tell from time to time how far a watch has come." },
  { name: "sendInitialEvents", type: "boolean", description: "Begin a watch with the state as it is." },
  { name: "timeoutSeconds", type: "integer", description: "How long a list or watch may take." },
];
const DELETE: readonly Parameter[] = [
  { name: "dryRun", type: "string", description: "With All, the request is processed in full and nothing is stored." },
  { name: "gracePeriodSeconds", type: "integer", description: "How long the object has to end; 0 deletes at once." },
  {
    name: "propagationPolicy",
    type: "string",
    description: "What becomes of dependents: Orphan, Background, Foreground.",
  },
];
/** Custom kinds have neither: kubectl reads here how it may patch. */
const STRATEGIC = "application/strategic-merge-patch+json";
const PROTOBUF = "application/vnd.kubernetes.protobuf";
const PATCH_TYPES = [
  "application/apply-patch+yaml",
  "application/json-patch+json",
  "application/merge-patch+json",
  STRATEGIC,
];
const OBJECT_TYPES = ["application/json", "application/yaml", PROTOBUF];

/** The paths of a kind and its subresources, by the template of their URL. */
export function pathsOf(resource: Resource, context: PathContext): Record<string, Schema> {
  const { group, version } = context.at;
  const root = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
  const isNamespaced = resource.scope === "Namespaced";
  const collection = `${root}${isNamespaced ? "/namespaces/{namespace}" : ""}/${resource.plural}`;
  const verbs = resource.verbs ?? ALL_VERBS;
  const operation = operationsOf(resource, context);
  // None is told by silence: clients print what they have read, and compare.
  const parameters = (names: readonly string[]) =>
    names.length === 0 ? {} : { parameters: names.map((name) => pathParameter(name, context)) };
  const namespace = isNamespaced ? ["namespace"] : [];
  const paths: Record<string, Schema> = {};
  if (isNamespaced && verbs.includes("list")) {
    paths[`${root}/${resource.plural}`] = { get: operation("list", { everywhere: true }) };
  }
  paths[collection] = {
    ...(verbs.includes("list") ? { get: operation("list") } : {}),
    ...(verbs.includes("create") ? { post: operation("create") } : {}),
    ...(verbs.includes("deletecollection") ? { delete: operation("deletecollection") } : {}),
    ...parameters(namespace),
  };
  if (!verbs.includes("get")) return paths;
  paths[`${collection}/{name}`] = {
    get: operation("get"),
    ...(verbs.includes("update") ? { put: operation("update") } : {}),
    ...(verbs.includes("patch") ? { patch: operation("patch") } : {}),
    ...(verbs.includes("delete") ? { delete: operation("delete") } : {}),
    ...parameters([...namespace, "name"]),
  };
  for (const { name, kind, methods } of subresourcesOf(resource, context)) {
    const ref = context.refTo(kind);
    if (!ref) continue;
    const sub = operationsOf({ ...resource, kind: kind.kind }, { ...context, ref, served: kind });
    const variant = { subresource: capital(name) };
    paths[`${collection}/{name}/${name}`] = {
      ...(methods.includes("get") ? { get: sub("get", variant) } : {}),
      ...(methods.includes("update") ? { put: sub("update", variant) } : {}),
      ...(methods.includes("create") ? { post: sub("create", variant) } : {}),
      ...(methods.includes("patch") ? { patch: sub("patch", variant) } : {}),
      ...parameters([...namespace, "name"]),
    };
  }
  return paths;
}

/** Those that carry objects; streams such as logs and exec have no schema. */
function subresourcesOf({ status, scale, subresources = {}, kind }: Resource, { at }: PathContext) {
  const own = { ...at, kind };
  const methods: readonly string[] = ["get", "update", "patch"];
  const others = Object.entries(subresources).flatMap(([name, { kind: other, verbs }]) =>
    other ? [{ name, kind: other, methods: verbs as readonly string[] }] : [],
  );
  return [
    ...others,
    ...(scale ? [{ name: "scale", kind: { group: "autoscaling", version: "v1", kind: "Scale" }, methods }] : []),
    ...(status ? [{ name: "status", kind: own, methods }] : []),
  ];
}

type Verb = "list" | "create" | "deletecollection" | "get" | "update" | "patch" | "delete";

const ACTIONS: Readonly<Record<Verb, { action: string; says: string; parameters: readonly Parameter[] }>> = {
  list: { action: "list", says: "list or watch objects of kind", parameters: LIST },
  create: { action: "post", says: "create a", parameters: WRITE },
  deletecollection: { action: "deletecollection", says: "delete collection of", parameters: [...DELETE, ...LIST] },
  get: { action: "get", says: "read the specified", parameters: [] },
  update: { action: "put", says: "replace the specified", parameters: WRITE },
  patch: { action: "patch", says: "partially update the specified", parameters: [...WRITE, FORCE] },
  delete: { action: "delete", says: "delete a", parameters: DELETE },
};

const OPERATION_NAMES: Readonly<Record<Verb, string>> = {
  list: "list",
  create: "create",
  deletecollection: "deleteCollection",
  get: "read",
  update: "replace",
  patch: "patch",
  delete: "delete",
};

interface Variant {
  readonly everywhere?: boolean;
  readonly subresource?: string;
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

function operationsOf(
  { kind, scope, structuralSchema: custom }: Resource,
  { version, ref, listRef, at, served = { ...at, kind } }: PathContext & { served?: Kind },
) {
  const group = at.group === "" ? "Core" : capital((at.group.split(".")[0] ?? "").toLowerCase());
  const tag = `${at.group === "" ? "core" : at.group.replace(/\.k8s\.io$|\.authorization\.k8s\.io$/, "").replaceAll(".", "_")}_${at.version}`;
  const ofKind = (types: readonly string[]) =>
    custom ? types.filter((type) => type !== STRATEGIC && type !== PROTOBUF) : types;
  return (verb: Verb, { everywhere = false, subresource = "" }: Variant = {}): Schema => {
    const { action, says, parameters } = ACTIONS[verb];
    const where = everywhere ? "ForAllNamespaces" : "";
    const namespaced = scope === "Namespaced" && !everywhere ? "Namespaced" : "";
    const body = verb === "create" || verb === "update" || verb === "patch" ? (verb === "patch" ? {} : ref) : undefined;
    return {
      description: `${says} ${subresource === "" ? "" : `${subresource.toLowerCase()} of the specified `}${kind}`,
      operationId: `${OPERATION_NAMES[verb]}${group}${capital(at.version)}${namespaced}${kind}${subresource}${where}`,
      tags: [tag],
      ...rendered(version, {
        body,
        types: ofKind(verb === "patch" ? PATCH_TYPES : OBJECT_TYPES),
        answers: ofKind(OBJECT_TYPES),
        answer: verb === "list" ? listRef : ref,
        parameters,
      }),
      "x-kubernetes-action": action,
      "x-kubernetes-group-version-kind": served,
    };
  };
}

interface Rendered {
  readonly body: Schema | undefined;
  /** Media types of the body, and of what is answered. */
  readonly types: readonly string[];
  readonly answers: readonly string[];
  readonly answer: Schema;
  readonly parameters: readonly Parameter[];
}

function rendered(version: OpenApiVersion, { body, types, answers, answer, parameters }: Rendered): Schema {
  const query = [PRETTY, ...parameters].map((parameter) => queryParameter(parameter, version));
  if (version === 2) {
    const given = body && {
      in: "body",
      name: "body",
      required: true,
      schema: "$ref" in body ? body : { type: "object" },
    };
    return {
      consumes: types,
      produces: answers,
      schemes: ["https"],
      parameters: given ? [given, ...query] : query,
      responses: { "200": { description: "OK", schema: answer }, "401": { description: "Unauthorized" } },
    };
  }
  const content = (schema: Schema, of: readonly string[]) => Object.fromEntries(of.map((type) => [type, { schema }]));
  return {
    parameters: query,
    ...(body
      ? { requestBody: { required: true, content: content("$ref" in body ? body : { type: "object" }, types) } }
      : {}),
    responses: {
      "200": { description: "OK", content: content(answer, answers) },
      "401": { description: "Unauthorized" },
    },
  };
}

function queryParameter({ name, description, type }: Parameter, version: OpenApiVersion): Schema {
  const common = { name, in: "query", description };
  return version === 3 ? { ...common, schema: { type, uniqueItems: true } } : { ...common, type, uniqueItems: true };
}

function pathParameter(name: string, { version }: PathContext): Schema {
  const description = name === "name" ? "name of the object" : "the namespace of the object";
  const common = { name, in: "path", required: true, description };
  return version === 3
    ? { ...common, schema: { type: "string", uniqueItems: true } }
    : { ...common, type: "string", uniqueItems: true };
}
