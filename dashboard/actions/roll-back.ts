import type { Deployment } from "../../api/generated/apps.v1.ts";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import type { Outcome } from "../../client/api-client.ts";
import { api } from "../api/connection.ts";
import { type Kind, targetOf } from "../api/kind.ts";
import { revisionSourceOf } from "../summaries/revision-source.ts";
import { type Revision, revisionsOf } from "../summaries/revisions.ts";
import type { Action, ActionOf } from "./action.ts";
import { kubectlCommand } from "./kubectl-command.ts";
import { rollBackPatch } from "./roll-back-patch.ts";

/** Like `kubectl rollout undo`: back to the previous revision. */
export const rollBack: ActionOf = (kind, object) => {
  const source = revisionSourceOf(kind);
  if (!source || isPaused(object)) return undefined;
  const { uid, namespace = "", name } = object.metadata;
  return {
    title: "Roll back",
    needs: { verb: "patch" },
    consequence: "The revision before this one becomes the newest: every pod is replaced by one of its template.",
    command: () => kubectlCommand("rollout undo", kind, { namespace, name }),
    run: async () => {
      const found = await api.list<KubeObject>({ resource: source.resource, namespace });
      if (!found.ok) return found;
      const [, before] = revisionsOf(uid, found.object.items, source.revisionOf);
      return before ? goBack(kind, object, before) : nothingBefore(name);
    },
    done: `${name} goes back to the revision before`,
  };
};

/** Like `kubectl rollout undo --to-revision`. */
export function rollBackTo(kind: Kind, object: Stored<KubeObject>, revision: Revision): Action | undefined {
  if (isPaused(object)) return undefined;
  const { namespace = "", name } = object.metadata;
  return {
    title: `Roll back to ${revision.number}`,
    needs: { verb: "patch" },
    consequence: `Revision ${revision.number} becomes the newest: every pod is replaced by one of its template.`,
    command: () => kubectlCommand("rollout undo", kind, { namespace, name }, `--to-revision=${revision.number}`),
    run: () => goBack(kind, object, revision),
    done: `${name} goes back to revision ${revision.number}`,
  };
}

/** kubectl also refuses to roll back a paused Deployment: nothing would happen until it is resumed. */
const isPaused = (object: KubeObject): boolean => (object as Deployment).spec.paused === true;

const goBack = (kind: Kind, object: Stored<KubeObject>, revision: Revision): Promise<Outcome<unknown>> => {
  const { namespace = "", name } = object.metadata;
  return api.patch(
    targetOf(kind, { namespace, name }),
    "application/json-patch+json",
    rollBackPatch(kind, object.metadata.annotations, revision),
  );
};

const nothingBefore = (name: string): Outcome<never> => ({
  ok: false,
  status: { metadata: {}, status: "Failure", message: `${name} has no revision before this one.` },
});
