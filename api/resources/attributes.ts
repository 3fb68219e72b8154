import type { KubeObject } from "../machinery/meta.ts";
import type { Attributes } from "../machinery/selectors/requirement.ts";
import type { Resource } from "./resource.ts";

/** The attributes of an object of the kind that selectors can use. */
export function attributesOf(resource: Resource, object: KubeObject): Attributes {
  const fields: Record<string, string> = {};
  for (const [path, of] of Object.entries(resource.fields ?? {})) fields[path] = of(object);
  return { labels: object.metadata.labels ?? {}, fields };
}
