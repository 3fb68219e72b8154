import type { AdmissionRequest } from "./plugin.ts";

/** The target of a request as webhooks and policies see it: a namespace is in itself, and a collection has no name. */
export function admittedTarget({ context, operation, namespace, name }: AdmissionRequest): {
  readonly namespace: string;
  readonly name: string;
} {
  const { resource } = context.served;
  const isNamespace = resource.plural === "namespaces" && resource.group === "";
  const ofCollection = operation === "DELETE" && context.path.name === "";
  return { namespace: isNamespace ? name : namespace, name: ofCollection ? "" : name };
}
