import { kubectlCommands } from "../actions/kubectl-command.ts";
import { scaleTo } from "../actions/scale.ts";
import type { BulkActionOf } from "./bulk-action.ts";

export const scaleAll: BulkActionOf = (kind) => {
  if (!kind.subresources.includes("scale")) return undefined;
  return {
    title: "Scale",
    needs: { verb: "patch", subresource: "scale" },
    consequence: () => "Each of them gets this number of replicas.",
    asks: {
      label: "Replicas of each",
      numeric: true,
      initial: "1",
      problemOf: (answer) => (/^\d+$/.test(answer) ? "" : "A number from 0 on."),
    },
    command: (objects, answer) => kubectlCommands("scale", kind, objects, `--replicas=${answer}`),
    run: (object, answer) => scaleTo(kind, object, Number(answer)),
    done: "scaled",
  };
};
