/**
 * The paths of a kind. What clients look for here is which kind a path serves (kubectl explain) and which query
 * parameters a patch takes (whether dry run and field validation are the server's work).
 */
import { ALL_VERBS, type Resource } from "../../../api/resources/resource.ts";
import { type KindContext, operationsOf, type Subresource } from "./kind-operations.ts";
import { type Kind, type Operation, renderOperation } from "./operations.ts";
import { commonParameters, optionsOf, type Parameter, pathParameter, renderParameters } from "./parameters.ts";
import type { OpenApiVersion, Schema } from "./schemas.ts";

export interface PathContext extends KindContext {
  readonly version: OpenApiVersion;
  /** The schema of a subresource's kind, where it has one. */
  readonly refTo: (kind: Kind) => Schema | undefined;
}

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

  if (isNamespaced && has("list")) put(`/${plural}`, [of.list("everywhere")], []);
  put(
    within,
    [
      ...(has("list") ? [of.list("list")] : []),
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
