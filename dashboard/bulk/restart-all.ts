import { kubectlCommands } from "../actions/kubectl-command.ts";
import { isRestartable, restartObject } from "../actions/restart.ts";
import type { BulkActionOf } from "./bulk-action.ts";

export const restartAll: BulkActionOf = (kind) => {
  if (!isRestartable(kind)) return undefined;
  return {
    title: "Restart",
    needs: { verb: "patch" },
    consequence: () => "Every pod of theirs is replaced by a new one, as their update strategies say.",
    command: (objects) => kubectlCommands("rollout restart", kind, objects),
    run: (object) => restartObject(kind, object),
    done: () => "restarted",
  };
};
