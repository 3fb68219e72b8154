import type { ReplicaSet } from "../../api/generated/apps.v1.ts";
import type { Stored } from "../../api/machinery/meta.ts";
import type { Outcome } from "../../client/api-client.ts";
import { api } from "../api/connection.ts";
import { targetOf } from "../api/kind.ts";
import { ownersOf } from "../summaries/owners.ts";
import type { ActionOf } from "./action.ts";
import { kubectlCommand } from "./kubectl-command.ts";

const REVISION = "deployment.kubernetes.io/revision";
const HASH = "pod-template-hash";

/** Like `kubectl rollout undo`. */
export const rollBack: ActionOf = (kind, object) => {
  if (kind.group !== "apps" || kind.plural !== "deployments") return undefined;
  const { uid, namespace = "", name } = object.metadata;
  const of = { namespace, name };
  return {
    title: "Roll back",
    needs: { verb: "patch" },
    consequence: "The revision before this one becomes the newest: every pod is replaced by one of its template.",
    command: () => kubectlCommand("rollout undo", kind, of),
    run: async () => {
      const sets = await api.list<ReplicaSet>({ resource: "replicasets.apps", namespace });
      if (!sets.ok) return sets;
      const [, before] = sets.object.items
        .filter((each) => ownersOf(each).includes(uid))
        .sort((a, b) => revisionOf(b) - revisionOf(a));
      if (!before) return nothingBefore(name);
      return api.patch(targetOf(kind, of), "application/json-patch+json", [
        { op: "replace", path: "/spec/template", value: templateOf(before) },
      ]);
    },
    done: `${name} goes back to the revision before`,
  };
};

const revisionOf = ({ metadata }: Stored<ReplicaSet>): number => Number(metadata.annotations?.[REVISION] ?? 0);

/** Without the label by which the set selects its pods. */
function templateOf({ spec }: Stored<ReplicaSet>): unknown {
  const { metadata, ...template } = spec.template ?? {};
  const { [HASH]: _, ...labels } = metadata?.labels ?? {};
  return { ...template, metadata: { ...metadata, labels } };
}

const nothingBefore = (name: string): Outcome<never> => ({
  ok: false,
  status: { metadata: {}, status: "Failure", message: `${name} has no revision before this one.` },
});
