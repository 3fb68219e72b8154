import type { KubeObject } from "../../api/machinery/meta.ts";
import { api } from "../api/connection.ts";
import { type Kind, targetOf } from "../api/kind.ts";
import type { ActionOf } from "./action.ts";
import { renderDependents } from "./dependents.ts";
import { kubectlCommand } from "./kubectl-command.ts";
import { readDependents } from "./read-dependents.ts";

/** Only deletes the displayed object, and not a later one of the same name. */
export const remove: ActionOf = (kind, object) => {
  if (!kind.verbs.includes("delete")) return undefined;
  const of = { namespace: object.metadata.namespace ?? "", name: object.metadata.name };
  return {
    title: "Delete",
    needs: { verb: "delete" },
    consequence: consequenceOf(kind, object.metadata.ownerReferences?.[0]?.kind),
    alsoTouches: { fate: "deleted", of: async () => renderDependents(await readDependents(kind, [object])) },
    danger: true,
    command: () => kubectlCommand("delete", kind, of),
    run: () => api.delete(targetOf(kind, of), { uid: object.metadata.uid, propagationPolicy: "Background" }),
    done: (answer) => `${of.name} ${isEnding(answer) ? "is being deleted" : "deleted"}`,
  };
};

/** Of an object that is gone, some kinds answer the last state, and the others a Status. */
export const isEnding = (answer: unknown): boolean =>
  (answer as Partial<KubeObject> | undefined)?.metadata?.deletionTimestamp !== undefined;

function consequenceOf({ plural, group }: Kind, owner: string | undefined): string {
  if (group === "" && plural === "namespaces")
    return "Everything in this namespace goes with it. This cannot be undone.";
  if (group === "apiextensions.k8s.io") return "Every object of this kind goes with it. This cannot be undone.";
  if (group === "" && plural === "pods" && owner)
    return `The pod ends. Its ${owner} makes another one, if it still wants it.`;
  if (group === "apps" || group === "batch")
    return "Everything that belongs to it goes too, its pods included. This cannot be undone.";
  return "What belongs to it goes too. This cannot be undone.";
}
