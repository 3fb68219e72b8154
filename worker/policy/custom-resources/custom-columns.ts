/** additionalPrinterColumns (apiextensions-apiserver pkg/registry/customresource/tableconvertor). */
import type { CustomResourceColumnDefinition } from "../../../api/generated/apiextensions.v1.ts";
import { goJson } from "../../../api/machinery/json/go-json.ts";
import { isJsonObject } from "../../../api/machinery/json/json-object.ts";
import { findJsonPath, isJsonPath, PathRoom } from "../../../api/machinery/json-path/find.ts";
import type { KubeObject } from "../../../api/machinery/meta.ts";
import { type Ages, ageOf } from "../../../api/machinery/time/duration.ts";
import type { Column } from "../../../api/resources/resource.ts";
import type { TableCell } from "../../../api/resources/table.ts";
import { ageColumn } from "../../../api/resources/time-columns.ts";

/**
 * If the definition names no columns, there is an age column; unlike that of built-in kinds, it is described as a date.
 */
export const customColumns = (definitions: readonly CustomResourceColumnDefinition[] = []): Column<KubeObject>[] =>
  definitions.length > 0 ? readable(definitions).slice(0, MAX_COLUMNS).map(columnOf) : [{ ...ageColumn, type: "date" }];

/** Each column is evaluated for each object of a list. */
const MAX_COLUMNS = 250;

/** Keyed by the ages of a table's rows, so that all columns of a table share one. */
const rooms = new WeakMap<Ages, PathRoom>();

function roomOf(age: Ages): PathRoom {
  const room = rooms.get(age) ?? new PathRoom();
  rooms.set(age, room);
  return room;
}

/** The columns before the first one whose path is invalid: there Kubernetes stops. */
function readable(definitions: readonly CustomResourceColumnDefinition[]) {
  const broken = definitions.findIndex(({ jsonPath }) => !isJsonPath(jsonPath));
  return broken < 0 ? definitions : definitions.slice(0, broken);
}

function columnOf(definition: CustomResourceColumnDefinition): Column<KubeObject> {
  const { name, type, format, description, priority, jsonPath } = definition;
  return {
    name,
    type: type as Column<KubeObject>["type"],
    ...(format ? { format } : {}),
    description: description || `Custom resource definition column (in JSONPath format): ${jsonPath}`,
    ...(priority ? { priority: priority as 1 } : {}),
    of: (object, age) => cellOf(type, findJsonPath(jsonPath, object, roomOf(age))[0], age),
  };
}

function cellOf(type: string, value: unknown, age: Ages): TableCell {
  if (value === undefined || (value === null && type !== "string")) return null;
  switch (type) {
    case "integer":
      return typeof value === "bigint" ? value : typeof value === "number" ? Math.trunc(value) : null;
    case "number":
      return typeof value === "bigint" ? Number(value) : typeof value === "number" ? value : null;
    case "boolean":
      return typeof value === "boolean" ? value : null;
    case "date":
      if (typeof value !== "string") return null;
      if (value === "") return "<unknown>";
      return Number.isNaN(Date.parse(value)) ? "<invalid>" : ageOf(value, age);
    default:
      return typeof value === "string" ? value : value === null ? "<no value>" : textOf(value);
  }
}

/** As Go prints it, with the names of members. */
const textOf = (value: unknown): string => (typeof value === "object" ? goJson(sorted(value)) : String(value));

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, member]) => [name, sorted(member)]));
}
