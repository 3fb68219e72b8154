import type { AdmissionRequest } from "./plugin.ts";

/**
 * The target of a request as webhooks and policies see it: a namespace is in itself, if the client has named it.
 */
export function admittedTarget({ context, namespace, name, nameAtFirst = name }: AdmissionRequest): {
  readonly namespace: string;
  readonly name: string;
} {
  const { resource } = context.served;
  const isNamespace = resource.plural === "namespaces" && resource.group === "";
  return { namespace: isNamespace ? nameAtFirst : namespace, name };
}
