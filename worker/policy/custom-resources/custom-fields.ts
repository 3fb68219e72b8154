import type { SelectableField } from "../../../api/generated/apiextensions.v1.ts";
import { findJsonPath } from "../../../api/machinery/json-path/find.ts";
import type { KubeObject } from "../../../api/machinery/meta.ts";

/** By the name used in field selectors: the path without its leading dot. Missing values are empty. */
export function customFields(
  selectable: readonly SelectableField[] = [],
): Record<string, (object: KubeObject) => string> {
  return Object.fromEntries(
    selectable.map(({ jsonPath }) => [
      jsonPath.replace(/^\./, ""),
      (object: KubeObject) => {
        const [value] = findJsonPath(jsonPath, object);
        return value === undefined || value === null ? "" : String(value);
      },
    ]),
  );
}
