import { kubectlName } from "../api/kind.ts";
import { useMay } from "../api/may.ts";
import { DebugButton } from "../debug/debug-button.tsx";
import { showDialog } from "../parts/dialogs.tsx";
import type { ObjectProps } from "../summaries/object-props.ts";
import type { Action } from "./action.ts";
import { ConfirmAction } from "./confirm-action.tsx";
import { actions } from "./index.ts";

export const ActionBar = ({ kind, object }: ObjectProps) => (
  <div class="actions">
    {kubectlName(kind) === "pods" && <DebugButton kind={kind} object={object} />}
    {actions
      .flatMap((actionOf) => actionOf(kind, object) ?? [])
      .map((action) => (
        <ActionButton key={action.title} action={action} kind={kind} object={object} />
      ))}
  </div>
);

export function ActionButton({ action, kind, object }: ObjectProps & { readonly action: Action }) {
  const { namespace = "", name } = object.metadata;
  if (!useMay(action.needs, action.makes ?? kind, { namespace, name: action.makes ? "" : name })) return null;
  return (
    <button
      type="button"
      class={action.danger ? "danger" : undefined}
      onClick={() => showDialog(() => <ConfirmAction action={action} kind={kind} object={object} />)}
    >
      {action.title}
    </button>
  );
}
