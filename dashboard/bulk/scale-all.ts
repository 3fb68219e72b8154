import { kubectlCommands } from "../actions/kubectl-command.ts";
import { scaleTo } from "../actions/scale.ts";
import type { BulkActionOf } from "./bulk-action.ts";

export const scaleAll: BulkActionOf = (kind) => {
  if (!kind.subresources.includes("scale")) return undefined;
  return {
    title: "Scale",
    needs: { verb: "patch", subresource: "scale" },
    consequence: () => "Each of them gets this number of replicas.",
    input: {
      label: "Replicas of each",
      numeric: true,
      initial: "1",
      problemOf: (value) => (/^\d+$/.test(value) ? "" : "A number from 0 on."),
    },
    command: (objects, value) => kubectlCommands("scale", kind, objects, `--replicas=${value}`),
    run: (object, value) => scaleTo(kind, object, Number(value)),
    done: () => "scaled",
  };
};
