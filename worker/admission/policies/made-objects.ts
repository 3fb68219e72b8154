/** Objects that expressions made by name: `Object.spec{…}` has its place in `Object{spec: …}` and nowhere else. */
import { isCelMap } from "../../../api/machinery/cel/values/values.ts";

/** What is in the wrong place, a line each; empty where all is in its own. */
export function misplaced(value: unknown): string {
  return isCelMap(value) && value.typeName !== undefined ? problemsAt(value, value.typeName).join("\n") : "";
}

function problemsAt(value: unknown, path: string): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => problemsAt(item, path));
  if (!isCelMap(value)) return [];
  const { typeName } = value;
  // Maps have no name of their own and are passed over.
  if (typeName === undefined) return value.keys().flatMap((key) => problemsAt(value.get(key), path));
  const below = value.keys().flatMap((key) => problemsAt(value.get(key), `${path}.${String(key)}`));
  if (typeName === path) return below;
  const told = `unexpected type name ${JSON.stringify(typeName)}, expected ${JSON.stringify(path)}`;
  return [`${told}, which matches field name path from root Object type`, ...below];
}
