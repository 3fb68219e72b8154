/** additionalPrinterColumns (apiextensions-apiserver pkg/registry/customresource/tableconvertor). */
import type { CustomResourceColumnDefinition } from "../../../api/generated/apiextensions.v1.ts";
import { type Ages, ageOf } from "../../../api/machinery/duration.ts";
import type { KubeObject } from "../../../api/machinery/meta.ts";
import { findJsonPath } from "../../../api/machinery/structural/json-path.ts";
import type { Column } from "../../../api/resources/resource.ts";

/** Undefined where the definition names none: then there is an age. */
export const customColumns = (
  definitions: readonly CustomResourceColumnDefinition[] | undefined,
): readonly Column<KubeObject>[] | undefined =>
  definitions && definitions.length > 0 ? definitions.map(columnOf) : undefined;

function columnOf(definition: CustomResourceColumnDefinition): Column<KubeObject> {
  const { name, type, format, description, priority, jsonPath } = definition;
  return {
    name,
    type: type as Column<KubeObject>["type"],
    ...(format ? { format } : {}),
    description: description || `Custom resource definition column (in JSONPath format): ${jsonPath}`,
    ...(priority ? { priority: priority as 1 } : {}),
    of: (object, age) => cellOf(type, findJsonPath(jsonPath, object)[0], age),
  };
}

function cellOf(type: string, value: unknown, age: Ages): string | number | boolean | null {
  if (value === undefined || (value === null && type !== "string")) return null;
  switch (type) {
    case "integer":
      return typeof value === "number" ? Math.trunc(value) : null;
    case "number":
      return typeof value === "number" ? value : null;
    case "boolean":
      return typeof value === "boolean" ? value : null;
    case "date":
      if (typeof value !== "string") return null;
      return Number.isNaN(Date.parse(value)) ? "<invalid>" : ageOf(value, age);
    default:
      return typeof value === "string" ? value : value === null ? "" : JSON.stringify(value);
  }
}
