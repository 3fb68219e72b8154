/** The error for an apply that would take fields from other managers. */
import type { PatchFailure } from "../patch/patch-result.ts";
import { type FieldSet, pathsOf } from "./field-set.ts";
import { type Owners, printOwner } from "./owner.ts";
import { compareElements, printPath } from "./path-element.ts";

/** `conflicts` by owner key; owners are listed in the order of their keys. */
export function conflictFailure(conflicts: ReadonlyMap<string, FieldSet>, owners: Owners): PatchFailure {
  const found = [...conflicts.keys()].sort().flatMap((key) => {
    const [owner, set] = [owners.get(key), conflicts.get(key)];
    return owner && set ? [{ name: printOwner(owner), paths: pathsOf(set, compareElements).map(printPath) }] : [];
  });
  const causes = found.flatMap(({ name, paths }) =>
    paths.map((field) => ({ reason: "FieldManagerConflict", message: `conflict with ${name}`, field })),
  );
  const [only] = causes;
  const message =
    causes.length === 1 && only
      ? `Apply failed with 1 conflict: ${only.message}: ${only.field}`
      : `Apply failed with ${causes.length} conflicts: ${found
          .map(({ name, paths }) => [`conflicts with ${name}:`, ...paths.map((path) => `- ${path}`)].join("\n"))
          .join("\n")}`;
  return { ok: false, code: 409, reason: "Conflict", message, causes };
}
