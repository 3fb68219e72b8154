/**
 * The paths of a kind. What clients look for here is which kind a path serves (kubectl explain) and which query
 * parameters a patch takes (whether dry run and field validation are the server's work).
 */
import { ALL_VERBS, type Resource } from "../../../api/resources/resource.ts";
import { capital, groupName, type Kind, type Operation, renderOperation, tagOf } from "./operations.ts";
import {
  commonParameters,
  DELETE,
  DELETE_COLLECTION,
  FORCE,
  LIST,
  optionsOf,
  type Parameter,
  PRETTY,
  pathParameter,
  renderParameters,
  WRITE,
} from "./parameters.ts";
import type { OpenApiVersion, Schema } from "./schemas.ts";

export interface PathContext {
  readonly version: OpenApiVersion;
  /** References to the schemas of the kind and its list, and of what answers of all kinds are made of. */
  readonly ref: Schema;
  readonly listRef: Schema;
  readonly common: CommonSchemas;
  readonly at: { readonly group: string; readonly version: string };
  /** The schema of a subresource's kind, where it has one. */
  readonly refTo: (kind: Kind) => Schema | undefined;
}

export interface CommonSchemas {
  readonly patch: Schema;
  readonly deleteOptions: Schema;
  readonly status: Schema;
  readonly watchEvent: Schema;
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

const NAMESPACE = pathParameter("namespace", "The object's namespace.");
const nameOf = (kind: string) => pathParameter("name", `The name of the ${kind}.`);

/** The paths of a kind and its subresources, by the template of their URL. */
export function pathsOf(resource: Resource, context: PathContext): Record<string, Schema> {
  const { group, version } = context.at;
  const root = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
  const { plural, kind, structuralSchema: custom } = resource;
  const isNamespaced = resource.scope === "Namespaced";
  const place = isNamespaced ? [NAMESPACE] : [];
  const within = `${isNamespaced ? "/namespaces/{namespace}" : ""}/${plural}`;
  const verbs = resource.verbs ?? ALL_VERBS;
  const of = operationsOf(resource, context);
  const has = (verb: string) => verbs.includes(verb as (typeof verbs)[number]);
  const paths: Record<string, Schema> = {};
  const put = (path: string, operations: readonly Operation[], parameters: readonly Parameter[]) => {
    if (operations.length > 0) paths[`${root}${path}`] = pathItem(operations, parameters, context.version);
  };

  if (isNamespaced && has("list")) put(`/${plural}`, [of.list(true)], []);
  put(
    within,
    [
      ...(has("list") ? [of.list(false)] : []),
      ...(has("create") ? [of.create()] : []),
      ...(has("deletecollection") ? [of.deleteCollection()] : []),
    ],
    place,
  );
  // Custom kinds are watched by the list's parameter alone.
  if (!custom && has("watch")) {
    if (isNamespaced) put(`/watch/${plural}`, [of.watch("everywhere")], []);
    put(`/watch${within}`, [of.watch("list")], place);
    put(`/watch${within}/{name}`, [of.watch("one")], [...place, nameOf(kind)]);
  }
  if (has("get"))
    put(
      `${within}/{name}`,
      [
        of.read(),
        ...(has("update") ? [of.replace()] : []),
        ...(has("delete") ? [of.delete()] : []),
        ...(has("patch") ? [of.patch()] : []),
      ],
      [...place, nameOf(kind)],
    );
  for (const sub of subresourcesOf(resource, context)) {
    const at = `${within}/{name}/${sub.name}`;
    const named = [...place, nameOf(sub.kind.kind)];
    if (sub.options === "connect") {
      put(at, of.connect(sub, ""), [...named, ...optionsOf(sub.kind.kind)]);
      if (sub.name !== "proxy") continue;
      const rest = [...named, ...optionsOf(sub.kind.kind), pathParameter("path", "What is asked for behind it.")];
      put(`${at}/{path}`, of.connect(sub, "WithPath"), rest);
    } else if (sub.options === "log") put(at, [of.log()], [...named, ...optionsOf("PodLogOptions")]);
    else {
      const ref = context.refTo(sub.kind);
      if (!ref) continue;
      const through = operationsOf(resource, { ...context, ref, through: sub });
      const methods: Readonly<Record<string, () => Operation>> = {
        get: through.read,
        update: through.replace,
        create: through.create,
        patch: through.patch,
      };
      put(
        at,
        Object.entries(methods).flatMap(([verb, make]) => (sub.verbs.includes(verb) ? [make()] : [])),
        named,
      );
    }
  }
  return paths;
}

function pathItem(operations: readonly Operation[], of: readonly Parameter[], version: OpenApiVersion): Schema {
  const except = commonParameters(operations.map(({ parameters }) => parameters));
  const shared = renderParameters([...of, ...except], { version });
  return {
    ...Object.fromEntries(
      operations.map((operation) => [
        operation.method,
        renderOperation(operation, renderParameters(operation.parameters, { except, version }), version),
      ]),
    ),
    // None is told by silence: clients print what they have read, and compare.
    ...(shared.length > 0 ? { parameters: shared } : {}),
  };
}

interface Sub {
  readonly name: string;
  readonly kind: Kind;
  readonly verbs: readonly string[];
  /** Streams say in their URL what they are to be. */
  readonly options?: "connect" | "log";
}

function subresourcesOf({ status, scale, subresources = {}, kind }: Resource, { at }: PathContext): readonly Sub[] {
  const own = { ...at, kind };
  const verbs: readonly string[] = ["get", "update", "patch"];
  const others = Object.entries(subresources).map(([name, { kind: other, verbs: served }]): Sub => {
    const options = name === "log" ? "log" : other?.kind.endsWith("Options") ? "connect" : undefined;
    return { name, kind: other ?? own, verbs: served, ...(options ? { options } : {}) };
  });
  return [
    ...others,
    ...(scale ? [{ name: "scale", kind: { group: "autoscaling", version: "v1", kind: "Scale" }, verbs }] : []),
    ...(status ? [{ name: "status", kind: own, verbs }] : []),
  ];
}

const METHODS: Readonly<Record<string, string>> = { create: "post", update: "put" };

function operationsOf(
  { kind, scope, structuralSchema: custom, deleteAnswersObject, isHeld }: Resource,
  { ref, listRef, common, at, through }: PathContext & { through?: Sub },
) {
  const prefix = `${groupName(at.group)}${capital(at.version)}`;
  const namespaced = scope === "Namespaced" ? "Namespaced" : "";
  const known = (types: readonly string[]) =>
    custom
      ? types.filter((type) => type !== STRATEGIC && !type.includes("protobuf") && !type.includes("stream"))
      : types;
  const sub = through ? capital(through.name) : "";
  const ofWhat = through ? `${through.name} of ` : "";
  const base = { tag: tagOf(at.group, at.version), served: through?.kind ?? { ...at, kind } };
  const body = (schema: Schema, required = true) => ({ schema, types: custom ? known(OBJECT_TYPES) : ANY, required });
  const own = { answer: ref, answerTypes: known(OBJECT_TYPES) };
  // Of what is held there is more to say than what became of it, and Kubernetes documents the other all the same.
  const gone = { ...own, answer: deleteAnswersObject && !custom && !isHeld ? ref : common.status };
  const name = (verb: string) => `${verb}${prefix}${namespaced}${kind}${sub}`;
  return {
    list: (everywhere: boolean): Operation => ({
      ...base,
      method: "get",
      description: `list or watch objects of kind ${kind}`,
      operationId: everywhere ? `list${prefix}${kind}ForAllNamespaces` : name("list"),
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
      description: `create ${ofWhat === "" ? "a" : `${ofWhat}a`} ${kind}`,
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
      ...(custom ? {} : { body: body(common.deleteOptions, false) }),
      codes: [200],
      action: "deletecollection",
    }),
    read: (): Operation => ({
      ...base,
      ...own,
      method: "get",
      description: `read ${ofWhat}the specified ${kind}`,
      operationId: name("read"),
      parameters: [PRETTY],
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
      description: `delete a ${kind}`,
      operationId: name("delete"),
      parameters: [...DELETE, PRETTY],
      body: body(common.deleteOptions, false),
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
    connect: ({ name: stream, kind: options, verbs }: Sub, suffix: string): readonly Operation[] =>
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
