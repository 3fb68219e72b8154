import { api } from "../api/connection.ts";
import { targetOf } from "../api/kind.ts";
import type { ActionOf } from "./action.ts";
import { kubectlCommand } from "./kubectl-command.ts";

const RESTARTABLE = new Set(["deployments", "statefulsets", "daemonsets"]);

/** Like `kubectl rollout restart`: a new annotation of the template starts a rollout. */
export const restart: ActionOf = (kind, object) => {
  if (kind.group !== "apps" || !RESTARTABLE.has(kind.plural)) return undefined;
  const of = { namespace: object.metadata.namespace ?? "", name: object.metadata.name };
  return {
    title: "Restart",
    needs: { verb: "patch" },
    consequence: "Every pod is replaced by a new one, as its update strategy says.",
    command: () => kubectlCommand("rollout restart", kind, of),
    run: () =>
      api.patch(targetOf(kind, of), "application/strategic-merge-patch+json", {
        spec: {
          template: { metadata: { annotations: { "kubectl.kubernetes.io/restartedAt": new Date().toISOString() } } },
        },
      }),
    done: `${of.name} restarts`,
  };
};
