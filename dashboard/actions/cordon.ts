import type { Node } from "../../api/generated/core.v1.ts";
import { api } from "../api/connection.ts";
import { targetOf } from "../api/kind.ts";
import type { ActionOf } from "./action.ts";

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
    run: () =>
      api.patch(targetOf(kind, { name }), "application/merge-patch+json", {
        spec: { unschedulable: cordoned ? null : true },
      }),
    done: `${name} ${cordoned ? "takes pods again" : "takes no new pods"}`,
  };
};
