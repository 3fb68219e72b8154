/** Validation of an object by its kind's name, for tests of the kind's rules. */
import type { KubeObject } from "../../../api/machinery/meta.ts";
import { resources } from "../../../api/resources/index.ts";
import type { Resource } from "../../../api/resources/resource.ts";

export const kindOf = (name: string): Resource => {
  const found = resources.find(({ kind }) => kind === name);
  if (!found) throw new Error(`no kind ${name}`);
  return found;
};

/** An object after decoding and defaulting. */
export function decoded(name: string, part: object): KubeObject {
  const draft = {
    metadata: { name: "x", namespace: "n" },
    spec: {},
    status: {},
    ...structuredClone(part),
  } as KubeObject;
  kindOf(name).defaults?.(draft);
  return draft;
}

/** The errors of its creation, each as `path: message`. */
export function errorsOf(name: string, part: object): string[] {
  const kind = kindOf(name);
  const object = decoded(name, part);
  const errors = [...(kind.validate?.(object) ?? []), ...(kind.validateCreate?.(object) ?? [])];
  return errors.map(({ path, message }) => `${path}: ${message}`);
}
