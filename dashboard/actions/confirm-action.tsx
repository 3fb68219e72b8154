import { useEffect, useState } from "preact/hooks";
import { closeDialog } from "../frame/dialogs.tsx";
import { statusText } from "../frame/status-text.ts";
import { toast } from "../frame/toasts.tsx";
import type { ObjectProps } from "../object/object-props.ts";
import { Dialog } from "../parts/dialog.tsx";
import { KubectlLine } from "../parts/kubectl-line.tsx";
import type { Action } from "./action.ts";

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
      toast(action.done);
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
        {action.alsoTouches && <AlsoTouches of={action.alsoTouches} />}
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
        <div class="buttons">
          <button type="button" onClick={closeDialog}>
            Cancel
          </button>
          <button type="submit" class={action.danger ? "danger" : "primary"} disabled={busy}>
            {action.title}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function AlsoTouches({ of }: { readonly of: () => Promise<readonly string[]> }) {
  const [lines, setLines] = useState<readonly string[] | "looking" | "unknown">("looking");
  useEffect(() => {
    let wanted = true;
    void of()
      .catch(() => "unknown" as const)
      .then((found) => wanted && setLines(found));
    return () => {
      wanted = false;
    };
  }, []);
  if (lines === "looking") return <p class="quiet">Looking for what goes with it…</p>;
  if (lines === "unknown") return <p class="problem">What goes with it could not be found out.</p>;
  if (lines.length === 0) return <p class="quiet">Nothing else goes with it.</p>;
  return (
    <div class="touched">
      <h3>This goes with it</h3>
      <ul class="plain">
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </div>
  );
}
