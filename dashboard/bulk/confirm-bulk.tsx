/** One confirmation for several objects: what will be touched, the progress, and what failed and why. */
import { useState } from "preact/hooks";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import { AlsoTouches } from "../actions/also-touches.tsx";
import { type Kind, titleOf } from "../api/kind.ts";
import { ConfirmButtons, Dialog } from "../parts/dialog.tsx";
import { KubectlLine } from "../parts/kubectl-line.tsx";
import type { BulkAction } from "./bulk-action.ts";
import { BulkProgress, BulkRemainder } from "./bulk-progress.tsx";
import { ObjectNames } from "./object-names.tsx";
import { useBulkRun } from "./use-bulk-run.ts";
import { ValueField } from "./value-field.tsx";

export interface ConfirmBulkProps {
  readonly kind: Kind;
  readonly action: BulkAction;
  readonly objects: readonly Stored<KubeObject>[];
  readonly done: (objects: readonly Stored<KubeObject>[]) => void;
}

export function ConfirmBulk({ kind, action, objects, done }: ConfirmBulkProps) {
  const [value, setValue] = useState(action.input?.initial ?? "");
  const { run, start, stop } = useBulkRun({ action, done });
  const { title, input, alsoTouches } = action;
  const problem = input?.problemOf(value) ?? "";
  const names = objects.map(({ metadata: { namespace = "", name } }) => ({ namespace, name }));
  return (
    <Dialog
      title={`${title} ${objects.length === 1 ? `1 ${kind.kind}` : `${objects.length.toLocaleString()} ${titleOf(kind)}`}`}
    >
      {run.name === "running" && <BulkProgress finished={run.finished} all={run.all} stop={stop} />}
      {run.name === "over" && (
        <BulkRemainder result={run.result} wordOf={action.done} again={(rest) => void start(rest, value)} />
      )}
      {run.name === "asking" && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (problem === "") void start(objects, value);
          }}
        >
          <p>{action.consequence(objects)}</p>
          <ObjectNames names={names} />
          {alsoTouches && <AlsoTouches fate={alsoTouches.fate} of={() => alsoTouches.of(objects)} />}
          {input && <ValueField input={input} value={value} change={setValue} />}
          {problem === "" && <KubectlLine command={action.command(names, value)} />}
          <ConfirmButtons title={title} disabled={problem !== ""} danger={action.danger} />
        </form>
      )}
    </Dialog>
  );
}
