import { kubectlCommands } from "../actions/kubectl-command.ts";
import { api } from "../api/connection.ts";
import { targetOf } from "../api/kind.ts";
import type { BulkActionOf } from "./bulk-action.ts";
import { parseLabelChanges } from "./label-changes.ts";

/** Like `kubectl label --overwrite`. */
export const labelAll: BulkActionOf = (kind) => {
  if (!kind.verbs.includes("patch")) return undefined;
  return {
    title: "Label",
    needs: { verb: "patch" },
    consequence: () => "Services and other selectors look at labels: what they select may change.",
    input: {
      label: "Labels",
      hint: "tier=web sets one, tier- takes it away",
      numeric: false,
      initial: "",
      problemOf: (value) => parseLabelChanges(value).problem,
    },
    command: (objects, value) =>
      kubectlCommands("label", kind, objects, ...value.split(/[\s,]+/).filter(Boolean), "--overwrite"),
    run: ({ metadata: { namespace = "", name } }, value) =>
      api.patch(targetOf(kind, { namespace, name }), "application/merge-patch+json", {
        metadata: { labels: parseLabelChanges(value).labels },
      }),
    done: () => "labelled",
  };
};
