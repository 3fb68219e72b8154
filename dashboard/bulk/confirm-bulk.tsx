/** One confirmation for several objects: what will be touched, the progress, and what failed and why. */
import { useState } from "preact/hooks";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import { AlsoTouches } from "../actions/also-touches.tsx";
import { type Kind, titleOf } from "../api/kind.ts";
import { closeDialog } from "../frame/dialogs.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { KubectlLine } from "../parts/kubectl-line.tsx";
import { Answer } from "./answer.tsx";
import type { BulkAction } from "./bulk-action.ts";
import { BulkProgress } from "./bulk-progress.tsx";
import { ObjectNames } from "./object-names.tsx";
import { useBulkRun } from "./use-bulk-run.ts";

export interface ConfirmBulkProps {
  readonly kind: Kind;
  readonly action: BulkAction;
  readonly objects: readonly Stored<KubeObject>[];
  readonly done: (objects: readonly Stored<KubeObject>[]) => void;
}

export function ConfirmBulk({ kind, action, objects, done }: ConfirmBulkProps) {
  const [answer, setAnswer] = useState(action.asks?.initial ?? "");
  const { run, start, stop } = useBulkRun({ action, done });
  const { title, asks, alsoTouches } = action;
  const problem = asks?.problemOf(answer) ?? "";
  const names = objects.map(({ metadata: { namespace = "", name } }) => ({ namespace, name }));
  return (
    <Dialog title={`${title} ${objects.length === 1 ? `1 ${kind.kind}` : `${objects.length} ${titleOf(kind)}`}`}>
      {run.name === "asking" ? (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (problem === "") void start(objects, answer);
          }}
        >
          <p>{action.consequence(objects)}</p>
          <ObjectNames names={names} />
          {alsoTouches && <AlsoTouches of={() => alsoTouches(objects)} />}
          {asks && <Answer asks={asks} answer={answer} change={setAnswer} />}
          {problem === "" && <KubectlLine command={action.command(names, answer)} />}
          <div class="buttons">
            <button type="button" onClick={closeDialog}>
              Cancel
            </button>
            <button type="submit" class={action.danger ? "danger" : "primary"} disabled={problem !== ""}>
              {title}
            </button>
          </div>
        </form>
      ) : (
        <BulkProgress run={run} word={action.done} stop={stop} again={(rest) => void start(rest, answer)} />
      )}
    </Dialog>
  );
}
