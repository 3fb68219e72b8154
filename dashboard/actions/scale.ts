import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import type { Outcome } from "../../client/api-client.ts";
import { api } from "../api/connection.ts";
import { type Kind, targetOf } from "../api/kind.ts";
import type { ActionOf } from "./action.ts";
import { kubectlCommand } from "./kubectl-command.ts";

export const scaleTo = (
  kind: Kind,
  { metadata: { namespace = "", name } }: Stored<KubeObject>,
  replicas: number,
): Promise<Outcome<unknown>> =>
  api.patch({ ...targetOf(kind, { namespace, name }), subresource: "scale" }, "application/merge-patch+json", {
    spec: { replicas },
  });

/** For every kind with a scale subresource, custom resources included. */
export const scale: ActionOf = (kind, object) => {
  if (!kind.subresources.includes("scale")) return undefined;
  const of = { namespace: object.metadata.namespace ?? "", name: object.metadata.name };
  const { replicas = 1 } = (object as { spec?: { replicas?: number } }).spec ?? {};
  return {
    title: "Scale",
    needs: { verb: "patch", subresource: "scale" },
    consequence: `It asks for ${replicas === 1 ? "one replica" : `${replicas} replicas`} now.`,
    amount: { label: "Replicas", value: replicas },
    command: (amount) => kubectlCommand("scale", kind, of, `--replicas=${amount}`),
    run: (amount) => scaleTo(kind, object, amount),
    done: `${of.name} scaled`,
  };
};
