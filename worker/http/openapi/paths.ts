/**
 * The paths of a kind. Clients use them to find which kind a path serves (kubectl explain) and which query parameters a
 * patch takes (whether dry run and field validation are supported).
 */
import { ALL_VERBS, type Resource } from "../../../api/resources/resource.ts";
import { create, deleteCollection, list, watch } from "./collection-operations.ts";
import { type KindContext, type Subresource, termsOf } from "./kind-terms.ts";
import { patch, read, remove, replace } from "./object-operations.ts";
import { type Kind, type Operation, renderOperation } from "./operations.ts";
import { commonParameters, optionsOf, type Parameter, pathParameter, renderParameters } from "./parameters.ts";
import type { OpenApiVersion, Schema } from "./schemas.ts";
import { connect, readLog } from "./stream-operations.ts";

export interface PathContext extends KindContext {
  readonly version: OpenApiVersion;
  /** The schema of a subresource's kind, if it has one. */
  readonly refTo: (kind: Kind) => Schema | undefined;
}

/** A path below the group version's, and its operations. */
interface Path {
  readonly path: string;
  readonly operations: readonly Operation[];
  readonly parameters: readonly Parameter[];
}

const NAMESPACE = pathParameter("namespace", "The object's namespace.");
const nameOf = (kind: string) => pathParameter("name", `The name of the ${kind}.`);

/** The paths of a kind and its subresources, by URL template. */
export function pathsOf(resource: Resource, context: PathContext): Record<string, Schema> {
  const { group, version } = context.at;
  const root = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
  const isNamespaced = resource.scope === "Namespaced";
  const place: Place = {
    isNamespaced,
    within: `${isNamespaced ? "/namespaces/{namespace}" : ""}/${resource.plural}`,
    parameters: isNamespaced ? [NAMESPACE] : [],
  };
  const paths = [
    ...objectPaths(resource, place, context),
    ...subresourcesOf(resource, context).flatMap((sub) => subresourcePaths(sub, { resource, place, context })),
  ];
  return Object.fromEntries(
    paths
      .filter(({ operations }) => operations.length > 0)
      .map((each) => [`${root}${each.path}`, pathItem(each, context.version)]),
  );
}

/** Where a kind's objects are. */
interface Place {
  readonly isNamespaced: boolean;
  readonly within: string;
  readonly parameters: readonly Parameter[];
}

function objectPaths(resource: Resource, { isNamespaced, within, parameters }: Place, context: PathContext): Path[] {
  const { plural, kind } = resource;
  const terms = termsOf(resource, context);
  const verbs: readonly string[] = resource.verbs ?? ALL_VERBS;
  const onlyIf = (verb: string, make: () => Operation) => (verbs.includes(verb) ? [make()] : []);
  const everywhere = (path: string, operations: readonly Operation[]): Path[] =>
    isNamespaced ? [{ path, operations, parameters: [] }] : [];
  const named = [...parameters, nameOf(kind)];
  // Custom kinds are only watched through the list's parameter.
  const isWatched = !terms.isCustom && verbs.includes("watch");
  return [
    ...everywhere(
      `/${plural}`,
      onlyIf("list", () => list(terms, "everywhere")),
    ),
    {
      path: within,
      operations: [
        ...onlyIf("list", () => list(terms, "list")),
        ...onlyIf("create", () => create(terms)),
        ...onlyIf("deletecollection", () => deleteCollection(terms)),
      ],
      parameters,
    },
    ...(isWatched
      ? [
          ...everywhere(`/watch/${plural}`, [watch(terms, "everywhere")]),
          { path: `/watch${within}`, operations: [watch(terms, "list")], parameters },
          { path: `/watch${within}/{name}`, operations: [watch(terms, "one")], parameters: named },
        ]
      : []),
    {
      path: `${within}/{name}`,
      operations: verbs.includes("get")
        ? [
            read(terms),
            ...onlyIf("update", () => replace(terms)),
            ...onlyIf("delete", () => remove(terms, resource)),
            ...onlyIf("patch", () => patch(terms)),
          ]
        : [],
      parameters: named,
    },
  ];
}

function subresourcePaths(
  sub: Subresource,
  { resource, place, context }: { resource: Resource; place: Place; context: PathContext },
): Path[] {
  const path = `${place.within}/{name}/${sub.name}`;
  const named = [...place.parameters, nameOf(sub.kind.kind)];
  if (sub.options === "log") {
    const parameters = [...named, ...optionsOf("PodLogOptions")];
    return [{ path, operations: [readLog(termsOf(resource, context))], parameters }];
  }
  if (sub.options === "connect") {
    const terms = termsOf(resource, context);
    const parameters = [...named, ...optionsOf(sub.kind.kind)];
    const stream = { path, operations: connect(terms, sub, ""), parameters };
    if (sub.name !== "proxy") return [stream];
    const rest = [...parameters, pathParameter("path", "What is asked for behind it.")];
    return [stream, { path: `${path}/{path}`, operations: connect(terms, sub, "WithPath"), parameters: rest }];
  }
  const ref = context.refTo(sub.kind);
  if (!ref) return [];
  const through = termsOf(resource, { ...context, ref, through: sub });
  const operations = [
    ["get", read] as const,
    ["update", replace] as const,
    ["create", create] as const,
    ["patch", patch] as const,
  ].flatMap(([verb, make]) => (sub.verbs.includes(verb) ? [make(through)] : []));
  return [{ path, operations, parameters: named }];
}

function pathItem({ operations, parameters: of }: Path, version: OpenApiVersion): Schema {
  const except = commonParameters(operations.map(({ parameters }) => parameters));
  const shared = renderParameters([...of, ...except], { version });
  return {
    ...Object.fromEntries(
      operations.map((operation) => [
        operation.method,
        renderOperation(operation, renderParameters(operation.parameters, { except, version }), version),
      ]),
    ),
    // An empty list is omitted: clients print what they have read, and compare.
    ...(shared.length > 0 ? { parameters: shared } : {}),
  };
}

function subresourcesOf(
  { status, scale, subresources = {}, kind }: Resource,
  { at }: PathContext,
): readonly Subresource[] {
  const own = { ...at, kind };
  const verbs: readonly string[] = ["get", "update", "patch"];
  const others = Object.entries(subresources).map(([name, { kind: other, verbs: served }]): Subresource => {
    const options = name === "log" ? "log" : other?.kind.endsWith("Options") ? "connect" : undefined;
    return { name, kind: other ?? own, verbs: served, ...(options ? { options } : {}) };
  });
  return [
    ...others,
    ...(scale ? [{ name: "scale", kind: { group: "autoscaling", version: "v1", kind: "Scale" }, verbs }] : []),
    ...(status ? [{ name: "status", kind: own, verbs }] : []),
  ];
}
