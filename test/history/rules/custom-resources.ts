/** Objects of a custom kind exist only under its definition, and obey the schema that is in force. */
import type { CustomResourceDefinition } from "../../../api/generated/apiextensions.v1.ts";
import type { KubeObject } from "../../../api/machinery/meta.ts";
import type { Moment, Rule } from "../history.ts";

const DEFINITIONS = "customresourcedefinitions.apiextensions.k8s.io";

export const customResources = (): Rule => (moment) => {
  if (moment.resource === DEFINITIONS) return undefinedObjects(moment);
  const definition = moment.before.get(DEFINITIONS, "", moment.resource);
  return definition || isCustom(moment.object) ? customObject(moment, definition) : [];
};

/** Of the group of a walk. */
const isCustom = ({ apiVersion }: KubeObject) => apiVersion?.startsWith("walk.example.com/") ?? false;

function* undefinedObjects({ type, object, before }: Moment): Iterable<string> {
  if (type !== "DELETED") return;
  for (const left of before.all(object.metadata.name)) yield `${left.metadata.name} was still there`;
}

interface Sized extends KubeObject {
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: unknown;
}

function* customObject(
  { type, object, previous }: Moment,
  definition: CustomResourceDefinition | undefined,
): Iterable<string> {
  if (type === "DELETED") return;
  if (!definition) yield "its kind is not defined";
  else if (type === "ADDED" && definition.metadata.deletionTimestamp) yield "its definition was being deleted";
  const [now, before] = [object as Sized, previous as Sized | undefined];
  // What was allowed before and has not changed may stay.
  for (const [name, { maximum = Number.POSITIVE_INFINITY }] of Object.entries(boundsOf(definition)))
    if (now.spec?.[name] !== before?.spec?.[name] && Number(now.spec?.[name]) > maximum)
      yield `${name} is ${now.spec?.[name]}, and at most ${maximum}`;
  const differs = (member: "spec" | "status") => JSON.stringify(now[member]) !== JSON.stringify(before?.[member]);
  if (before && differs("spec") && differs("status")) yield "one request changed its spec and its status";
  if (!before && now.status !== undefined) yield "it was created with a status";
}

function boundsOf(definition: CustomResourceDefinition | undefined): Readonly<Record<string, { maximum?: number }>> {
  const { properties = {} } = definition?.spec.versions[0]?.schema?.openAPIV3Schema?.properties?.spec ?? {};
  return properties;
}
