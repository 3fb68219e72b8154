/** Objects that expressions create by name: `Object.spec{…}` may only be used in `Object{spec: …}`. */
import { isCelMap } from "../../../api/machinery/cel/values/values.ts";

/** What is in the wrong place, one per line; empty if nothing is. */
export function misplacedProblem(value: unknown): string {
  return isCelMap(value) && value.typeName !== undefined ? problemsAt(value, value.typeName).join("\n") : "";
}

function problemsAt(value: unknown, path: string): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => problemsAt(item, path));
  if (!isCelMap(value)) return [];
  const { typeName } = value;
  // Maps have no type name and are skipped.
  if (typeName === undefined) return value.keys().flatMap((key) => problemsAt(value.get(key), path));
  const below = value.keys().flatMap((key) => problemsAt(value.get(key), `${path}.${String(key)}`));
  if (typeName === path) return below;
  const problem = `unexpected type name ${JSON.stringify(typeName)}, expected ${JSON.stringify(path)}`;
  return [`${problem}, which matches field name path from root Object type`, ...below];
}
