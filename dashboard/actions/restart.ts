import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import type { Outcome } from "../../client/api-client.ts";
import { api } from "../api/connection.ts";
import { type Kind, targetOf } from "../api/kind.ts";
import type { ActionOf } from "./action.ts";
import { kubectlCommand } from "./kubectl-command.ts";

const RESTARTABLE = new Set(["deployments", "statefulsets", "daemonsets"]);

export const isRestartable = ({ group, plural }: Kind): boolean => group === "apps" && RESTARTABLE.has(plural);

/** Like `kubectl rollout restart`: a new annotation of the template starts a rollout. */
export const restartObject = (
  kind: Kind,
  { metadata: { namespace = "", name } }: Stored<KubeObject>,
): Promise<Outcome<unknown>> =>
  api.patch(targetOf(kind, { namespace, name }), "application/strategic-merge-patch+json", {
    spec: {
      template: { metadata: { annotations: { "kubectl.kubernetes.io/restartedAt": new Date().toISOString() } } },
    },
  });

export const restart: ActionOf = (kind, object) => {
  if (!isRestartable(kind)) return undefined;
  const of = { namespace: object.metadata.namespace ?? "", name: object.metadata.name };
  return {
    title: "Restart",
    needs: { verb: "patch" },
    consequence: "Every pod is replaced by a new one, as its update strategy says.",
    command: () => kubectlCommand("rollout restart", kind, of),
    run: () => restartObject(kind, object),
    done: `${of.name} restarts`,
  };
};
