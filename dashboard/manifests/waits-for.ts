/** What a manifest needs that an earlier one of the same text makes, and that a dry run therefore lacks. */
import type { CustomResourceDefinition } from "../../api/generated/apiextensions.v1.ts";
import { type KubeObject, parseApiVersion } from "../../api/machinery/meta.ts";

/** `namespace` is that of the object; undefined: the cluster does not serve its kind. */
export function waitsFor(
  object: KubeObject,
  namespace: string | undefined,
  earlier: readonly KubeObject[],
): string | undefined {
  const needed = earlier.find((other) =>
    namespace === undefined ? defines(other, object) : isNamespace(other, namespace),
  );
  return needed && `${needed.kind} ${needed.metadata.name}`;
}

const isNamespace = ({ apiVersion, kind, metadata }: KubeObject, name: string): boolean =>
  apiVersion === "v1" && kind === "Namespace" && metadata.name === name;

export function defines(definition: KubeObject, { apiVersion = "", kind }: KubeObject): boolean {
  if (definition.kind !== "CustomResourceDefinition") return false;
  const { spec } = definition as Partial<CustomResourceDefinition>;
  return spec?.group === parseApiVersion(apiVersion).group && spec.names?.kind === kind;
}
