import type {
  CustomResourceDefinitionSpec,
  CustomResourceSubresourceScale,
} from "../../../api/generated/apiextensions.v1.ts";
import { isJsonObject, membersOf } from "../../../api/machinery/json/json-object.ts";
import { findJsonPath } from "../../../api/machinery/json-path/find.ts";
import { apiVersionOf, type KubeObject } from "../../../api/machinery/meta.ts";
import { printGo } from "../../../api/machinery/patch/print-go.ts";
import { isInt64 } from "../../../api/machinery/structural/validate-number.ts";
import type { ScaleView } from "../../../api/resources/resource.ts";

const isNumber = (value: unknown): value is number | bigint => typeof value === "number" || typeof value === "bigint";

const namesIn = (path: string): string[] => path.replace(/^\./, "").split(".");

/** Reads and writes the numbers of the scale where the definition says that they are. */
export const customScale = (
  scale: CustomResourceSubresourceScale,
  { group, versions }: CustomResourceDefinitionSpec,
): ScaleView<KubeObject> => ({
  replicasPath: namesIn(scale.specReplicasPath),
  replicasPaths: Object.fromEntries(
    versions.map(({ name, subresources }) => [
      apiVersionOf(group, name),
      subresources?.scale ? namesIn(subresources.scale.specReplicasPath) : null,
    ]),
  ),
  specReplicas(object) {
    const [value] = findJsonPath(scale.specReplicasPath, object);
    return isNumber(value) ? Number(value) : undefined;
  },
  statusReplicas(object) {
    const [value] = findJsonPath(scale.statusReplicasPath, object);
    return isNumber(value) ? Number(value) : 0;
  },
  selector(object) {
    const [value] = scale.labelSelectorPath ? findJsonPath(scale.labelSelectorPath, object) : [];
    return typeof value === "string" ? value : "";
  },
  setReplicas(draft, replicas) {
    const names = namesIn(scale.specReplicasPath);
    const last = names.pop() ?? "";
    let at = membersOf(draft);
    for (const name of names) {
      const next = isJsonObject(at[name]) ? at[name] : {};
      at[name] = next;
      at = next;
    }
    at[last] = replicas;
  },
});

type Scalar = "int64" | "string";

const isScalar: Readonly<Record<Scalar, (value: unknown) => boolean>> = {
  int64: (value) => isNumber(value) && isInt64(value),
  string: (value) => typeof value === "string",
};

/**
 * The value there, undefined if there is nothing, or Kubernetes' error for one of another type (unstructured.NestedInt64
 * and NestedString).
 */
export function scalarAt(
  path: string,
  object: unknown,
  type: Scalar,
): { readonly value: unknown } | { readonly problem: string } {
  const names = namesIn(path);
  let value = object;
  for (const [i, name] of names.entries()) {
    const not = (expected: string) => ({
      problem: `.${names.slice(0, i + 1).join(".")} accessor error: ${printGo(value)} is of the type ${goType(value)}, expected ${expected}`,
    });
    if (value === null) return { value: undefined };
    if (!isJsonObject(value)) return not("map[string]interface{}");
    if (!Object.hasOwn(value, name)) return { value: undefined };
    value = value[name];
    if (i === names.length - 1 && !isScalar[type](value)) return not(type);
  }
  return { value };
}

function goType(value: unknown): string {
  if (value === null) return "<nil>";
  if (Array.isArray(value)) return "[]interface {}";
  if (isNumber(value)) return isInt64(value) ? "int64" : "float64";
  return typeof value === "boolean" ? "bool" : typeof value === "string" ? "string" : "map[string]interface {}";
}
