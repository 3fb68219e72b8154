import type { Node } from "../../api/generated/core.v1.ts";
import type { Outcome } from "../../client/api-client.ts";
import { api } from "../api/connection.ts";
import { type Kind, targetOf } from "../api/kind.ts";
import type { ActionOf } from "./action.ts";

export const setUnschedulable = (kind: Kind, name: string, unschedulable: boolean): Promise<Outcome<unknown>> =>
  api.patch(targetOf(kind, { name }), "application/merge-patch+json", {
    spec: { unschedulable: unschedulable ? true : null },
  });

export const cordon: ActionOf = (kind, object) => {
  if (kind.group !== "" || kind.plural !== "nodes") return undefined;
  const cordoned = (object as Node).spec.unschedulable === true;
  const { name } = object.metadata;
  return {
    title: cordoned ? "Uncordon" : "Cordon",
    needs: { verb: "patch" },
    consequence: cordoned
      ? "The scheduler may place new pods here again."
      : "The scheduler places no new pods here; those that run go on.",
    command: () => `kubectl ${cordoned ? "uncordon" : "cordon"} ${name}`,
    run: () => setUnschedulable(kind, name, !cordoned),
    done: `${name} ${cordoned ? "takes pods again" : "takes no new pods"}`,
  };
};
