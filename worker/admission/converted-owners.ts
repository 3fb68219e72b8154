/**
 * Ownership across versions that a webhook converts: what a manager owns at one version is compared with the object as
 * the webhook converts it to that version. The comparison itself is pure; it is repeated until all conversions that it
 * asks for are there.
 */
import { exactJson } from "../../api/machinery/json/exact-json.ts";
import { isJsonObject, type JsonObject, membersOf } from "../../api/machinery/json/json-object.ts";
import { type KubeObject, kubeObject } from "../../api/machinery/meta.ts";
import { convertObjects } from "../conversion/convert-objects.ts";
import type { RequestContext } from "../request-context.ts";

/** The object at that version. */
export type ConvertTo = (object: JsonObject, apiVersion: string) => JsonObject;

/** Thrown by a comparison that needs a conversion which is not known yet. */
class Unconverted extends Error {
  constructor(
    readonly object: KubeObject,
    readonly apiVersion: string,
    readonly key: string,
  ) {
    super("not converted yet");
  }
}

/** Throws the client's error if the webhook fails. */
export async function withConversions<T>(
  context: RequestContext,
  compute: (convert: ConvertTo | undefined) => T,
): Promise<T> {
  const { converter } = context.served;
  if (!converter) return compute(undefined);
  const known = new Map<string, JsonObject>();
  const convert: ConvertTo = (object, apiVersion) => {
    // Before a create there is nothing to convert.
    if (!isJsonObject(object.metadata) || object.apiVersion === apiVersion) return object;
    const { managedFields: _, ...metadata } = object.metadata;
    const unowned = { ...object, metadata };
    const key = `${apiVersion} ${exactJson(unowned)}`;
    const found = known.get(key);
    if (!found) throw new Unconverted(kubeObject(unowned), apiVersion, key);
    return found;
  };
  for (;;) {
    try {
      return compute(convert);
    } catch (problem) {
      if (!(problem instanceof Unconverted)) throw problem;
      const { object, apiVersion, key } = problem;
      const [converted = object] = await convertObjects(context, converter, { objects: [object], apiVersion });
      known.set(key, membersOf(converted));
    }
  }
}
