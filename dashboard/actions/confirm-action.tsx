import { useState } from "preact/hooks";
import { statusText } from "../api/status-text.ts";
import { ConfirmButtons, Dialog } from "../parts/dialog.tsx";
import { closeDialog } from "../parts/dialogs.tsx";
import { KubectlLine } from "../parts/kubectl-line.tsx";
import { toast } from "../parts/toasts.tsx";
import type { ObjectProps } from "../summaries/object-props.ts";
import type { Action } from "./action.ts";
import { AlsoTouches } from "./also-touches.tsx";

/** Nothing is done before its effect has been described. */
export function ConfirmAction({ action, kind, object }: ObjectProps & { readonly action: Action }) {
  const [amount, setAmount] = useState(action.amount?.value ?? 0);
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);

  async function run(event: Event) {
    event.preventDefault();
    setBusy(true);
    try {
      const outcome = await action.run(amount);
      if (!outcome.ok) return setProblem(statusText(outcome.status));
      toast(typeof action.done === "string" ? action.done : action.done(outcome.object));
      closeDialog();
    } catch {
      setProblem("The cluster does not answer. Nothing is known to have been done.");
    } finally {
      setBusy(false);
    }
  }

  return (
    <Dialog title={`${action.title} ${kind.kind} ${object.metadata.name}`}>
      <form onSubmit={(event) => void run(event)}>
        <p>{action.consequence}</p>
        {action.alsoTouches && <AlsoTouches {...action.alsoTouches} />}
        {action.amount && (
          <label>
            {action.amount.label}{" "}
            <input
              type="number"
              min={0}
              required
              value={amount}
              onInput={(event) => setAmount(Math.max(0, Math.floor(event.currentTarget.valueAsNumber || 0)))}
            />
          </label>
        )}
        <KubectlLine command={action.command(amount)} />
        {problem && (
          <pre class="problem" role="alert">
            {problem}
          </pre>
        )}
        <ConfirmButtons title={action.title} disabled={busy} danger={action.danger} />
      </form>
    </Dialog>
  );
}
