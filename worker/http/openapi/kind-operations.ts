/** What can be done to a kind and its subresources, as OpenAPI tells it: one operation for each verb. */
import type { Resource } from "../../../api/resources/resource.ts";
import { capital, groupName, type Kind, type Operation, tagOf, withArticle } from "./operations.ts";
import { DELETE, DELETE_COLLECTION, FORCE, LIST, PRETTY, RESOURCE_VERSION, WRITE } from "./parameters.ts";
import type { Schema } from "./schemas.ts";

export interface KindContext {
  /** References to the schemas of the kind and its list, and of what answers of all kinds are made of. */
  readonly ref: Schema;
  readonly listRef: Schema;
  readonly common: CommonSchemas;
  readonly at: { readonly group: string; readonly version: string };
}

interface CommonSchemas {
  readonly patch: Schema;
  readonly deleteOptions: Schema;
  readonly status: Schema;
  readonly watchEvent: Schema;
}

export interface Subresource {
  readonly name: string;
  readonly kind: Kind;
  readonly verbs: readonly string[];
  /** Streams say in their URL what they are to be. */
  readonly options?: "connect" | "log";
}

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
const STREAM_TYPES = [...OBJECT_TYPES, "application/json;stream=watch", `${PROTOBUF};stream=watch`];
const ANY = ["*/*"];
const TEXT: Schema = { type: "string" };

const METHODS: Readonly<Record<string, string>> = { create: "post", update: "put" };

/** One function for each operation; with `through`, those of that subresource. */
export function operationsOf(
  { kind, scope, structuralSchema: custom, deleteAnswersObject, isHeld }: Resource,
  { ref, listRef, common, at, through }: KindContext & { through?: Subresource },
) {
  const prefix = `${groupName(at.group)}${capital(at.version)}`;
  const namespaced = scope === "Namespaced" ? "Namespaced" : "";
  const known = (types: readonly string[]) =>
    custom
      ? types.filter((type) => type !== STRATEGIC && !type.includes("protobuf") && !type.includes("stream"))
      : types;
  const sub = through ? capital(through.name) : "";
  const ofWhat = through ? `${through.name} of ` : "";
  const base = {
    tag: tagOf(at.group, at.version),
    served: (!custom && through?.kind) || { ...at, kind },
    ...(custom ? { takes: known(OBJECT_TYPES) } : {}),
  };
  const body = (schema: Schema, { required = true } = {}) => ({
    schema,
    types: custom ? known(OBJECT_TYPES) : ANY,
    required,
  });
  const own = { answer: ref, answerTypes: known(OBJECT_TYPES) };
  // Of what is held there is more to say than what became of it, and Kubernetes documents the other all the same.
  const gone = { ...own, answer: deleteAnswersObject && !custom && !isHeld ? ref : common.status };
  const name = (verb: string) => `${verb}${prefix}${namespaced}${kind}${sub}`;
  return {
    list: (of: "everywhere" | "list"): Operation => ({
      ...base,
      method: "get",
      description: `list ${custom ? "" : "or watch "}objects of kind ${kind}`,
      operationId: of === "everywhere" ? `list${prefix}${kind}ForAllNamespaces` : name("list"),
      parameters: [...LIST, PRETTY],
      answer: listRef,
      answerTypes: known(STREAM_TYPES),
      codes: [200],
      action: "list",
    }),
    watch: (of: "everywhere" | "list" | "one"): Operation => ({
      ...base,
      method: "get",
      description: `watch ${of === "one" ? "an object" : "a list"} of kind ${kind}. deprecated: use the 'watch' parameter of a list instead`,
      operationId:
        of === "everywhere"
          ? `watch${prefix}${kind}ListForAllNamespaces`
          : `${name("watch")}${of === "list" ? "List" : ""}`,
      parameters: [...LIST, PRETTY],
      answer: common.watchEvent,
      answerTypes: STREAM_TYPES,
      codes: [200],
      action: of === "one" ? "watch" : "watchlist",
    }),
    create: (): Operation => ({
      ...base,
      ...own,
      method: "post",
      description: `create ${ofWhat}${withArticle(kind)}`,
      operationId: name("create"),
      parameters: [...WRITE, PRETTY],
      body: body(ref),
      codes: [200, 201, 202],
      action: "post",
    }),
    deleteCollection: (): Operation => ({
      ...base,
      ...own,
      answer: common.status,
      method: "delete",
      description: `delete collection of ${kind}`,
      operationId: `delete${prefix}Collection${namespaced}${kind}`,
      parameters: [...(custom ? LIST : DELETE_COLLECTION), PRETTY],
      ...(custom ? {} : { body: body(common.deleteOptions, { required: false }) }),
      codes: [200],
      action: "deletecollection",
    }),
    read: (): Operation => ({
      ...base,
      ...own,
      method: "get",
      description: `read ${ofWhat}the specified ${kind}`,
      operationId: name("read"),
      parameters: custom ? [RESOURCE_VERSION, PRETTY] : [PRETTY],
      codes: [200],
      action: "get",
    }),
    replace: (): Operation => ({
      ...base,
      ...own,
      method: "put",
      description: `replace ${ofWhat}the specified ${kind}`,
      operationId: name("replace"),
      parameters: [...WRITE, PRETTY],
      body: body(ref),
      codes: [200, 201],
      action: "put",
    }),
    patch: (): Operation => ({
      ...base,
      ...own,
      method: "patch",
      description: `partially update ${ofWhat}the specified ${kind}`,
      operationId: name("patch"),
      parameters: [...WRITE, FORCE, PRETTY],
      body: { schema: common.patch, types: known(PATCH_TYPES), required: true },
      codes: custom ? [200] : [200, 201],
      action: "patch",
    }),
    delete: (): Operation => ({
      ...base,
      ...gone,
      method: "delete",
      description: `delete ${withArticle(kind)}`,
      operationId: name("delete"),
      parameters: [...DELETE, PRETTY],
      body: body(common.deleteOptions, { required: false }),
      codes: [200, 202],
      action: "delete",
    }),
    log: (): Operation => ({
      ...base,
      method: "get",
      description: `read log of the specified ${kind}`,
      operationId: `${name("read")}Log`,
      parameters: [PRETTY],
      answer: TEXT,
      answerTypes: ["text/plain", ...OBJECT_TYPES],
      codes: [200],
      action: "get",
    }),
    connect: ({ name: stream, kind: options, verbs }: Subresource, suffix: string): readonly Operation[] =>
      [...verbs, ...(stream === "proxy" ? ["head", "options"] : [])].map((verb): Operation => {
        const method = METHODS[verb] ?? verb;
        return {
          ...base,
          served: options,
          method,
          description: `connect ${method.toUpperCase()} requests to ${stream} of ${kind}`,
          operationId: `connect${prefix}${capital(method)}${namespaced}${kind}${capital(stream)}${suffix}`,
          parameters: [],
          answer: TEXT,
          answerTypes: ANY,
          codes: [200],
          action: "connect",
        };
      }),
  };
}
