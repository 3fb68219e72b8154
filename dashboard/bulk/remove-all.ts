import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import type { Outcome } from "../../client/api-client.ts";
import { renderDependents } from "../actions/dependents.ts";
import { kubectlCommands } from "../actions/kubectl-command.ts";
import { readDependents } from "../actions/read-dependents.ts";
import { isEnding, remove } from "../actions/remove.ts";
import type { Kind } from "../api/kind.ts";
import type { BulkActionOf } from "./bulk-action.ts";
import { consequenceForPods } from "./pods-to-end.ts";

export const removeAll: BulkActionOf = (kind) => {
  if (!kind.verbs.includes("delete")) return undefined;
  return {
    title: "Delete",
    needs: { verb: "delete" },
    consequence: (objects) => consequenceOf(kind, objects),
    alsoTouches: {
      fate: "deleted",
      of: async (objects) => renderDependents(await readDependents(kind, objects)),
    },
    danger: true,
    command: (objects) => kubectlCommands("delete", kind, objects),
    run: async (object) => goneIsDeleted((await remove(kind, object)?.run(0)) ?? NOTHING_DONE),
    done: (answer) => (isEnding(answer) ? "being deleted" : "deleted"),
  };
};

const NOTHING_DONE: Outcome<unknown> = { ok: true, object: undefined };

/** Some end while others are being deleted, as what belongs to those. */
const goneIsDeleted = (outcome: Outcome<unknown>): Outcome<unknown> =>
  !outcome.ok && outcome.status.reason === "NotFound" ? NOTHING_DONE : outcome;

function consequenceOf({ plural, group }: Kind, objects: readonly Stored<KubeObject>[]): string {
  if (group === "" && plural === "namespaces")
    return "Everything in these namespaces goes with them. This cannot be undone.";
  if (group === "apiextensions.k8s.io") return "Every object of these kinds goes with them. This cannot be undone.";
  if (group === "" && plural === "pods") return consequenceForPods(objects);
  if (group === "apps" || group === "batch")
    return "Everything that belongs to them goes too, their pods included. This cannot be undone.";
  return "What belongs to them goes too. This cannot be undone.";
}
