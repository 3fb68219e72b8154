import type { AdmissionRequest } from "./plugin.ts";

/**
 * What webhooks and policies are told that a request is about: a namespace is in itself, and of a collection nothing
 * has a name.
 */
export function admittedTarget({ context, operation, namespace, name }: AdmissionRequest): {
  readonly namespace: string;
  readonly name: string;
} {
  const { resource } = context.served;
  const isNamespace = resource.plural === "namespaces" && resource.group === "";
  const ofCollection = operation === "DELETE" && context.path.name === "";
  return { namespace: isNamespace ? name : namespace, name: ofCollection ? "" : name };
}
