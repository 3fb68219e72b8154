import { showDialog } from "../dialogs.tsx";
import type { ObjectProps } from "../object/object-view.tsx";
import { ConfirmAction } from "./confirm-action.tsx";
import { actions } from "./index.ts";

export const ActionBar = ({ kind, object }: ObjectProps) => (
  <div class="actions">
    {actions
      .flatMap((actionOf) => actionOf(kind, object) ?? [])
      .map((action) => (
        <button
          type="button"
          key={action.title}
          class={action.danger ? "danger" : undefined}
          onClick={() => showDialog(() => <ConfirmAction action={action} kind={kind} object={object} />)}
        >
          {action.title}
        </button>
      ))}
  </div>
);
