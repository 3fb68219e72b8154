/** How many rows are selected, and what can be done with them. */
import { useRef } from "preact/hooks";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import { apiVersionOf, type Kind } from "../api/kind.ts";
import { useMay } from "../api/may.ts";
import type { Row } from "../live/table.ts";
import { showDialog } from "../parts/dialogs.tsx";
import { NOTHING, type Selection } from "../table/selection.ts";
import type { BulkAction } from "./bulk-action.ts";
import { bulkActionsFor } from "./bulk-actions.ts";
import { ConfirmBulk } from "./confirm-bulk.tsx";

interface SelectionBarProps {
  readonly kind: Kind;
  readonly items: ReadonlyMap<string, Row>;
  /** Those that match the filter. */
  readonly shown: readonly Row[];
  readonly selection: Selection;
  readonly change: (selection: Selection) => void;
}

export function SelectionBar({ kind, items, shown, selection, change }: SelectionBarProps) {
  const latest = useRef(selection);
  latest.current = selection;
  const rows = [...selection.keys].flatMap((uid) => items.get(uid) ?? []).sort(byName);
  if (rows.length === 0) return null;
  const matching = new Set(shown);
  const hidden = rows.filter((row) => !matching.has(row)).length;
  const objects = rows.map(({ metadata }) => ({ apiVersion: apiVersionOf(kind), kind: kind.kind, metadata }));
  const deselect = (done: readonly Stored<KubeObject>[]) => {
    const keys = new Set(latest.current.keys);
    for (const { metadata } of done) keys.delete(metadata.uid);
    change({ keys, anchor: "" });
  };
  return (
    <section class="selection" aria-label="Selected">
      <span role="status">
        {rows.length.toLocaleString()} selected
        {hidden > 0 && <span class="quiet">, {hidden.toLocaleString()} not shown</span>}
      </span>
      <button type="button" onClick={() => change(NOTHING)}>
        Clear
      </button>
      <span class="spring" />
      {bulkActionsFor(kind).map((action) => (
        <BulkButton key={action.title} kind={kind} action={action} objects={objects} done={deselect} />
      ))}
    </section>
  );
}

const pathOf = ({ metadata: { namespace = "", name } }: Row): string => `${namespace}/${name}`;
const byName = (a: Row, b: Row): number => (pathOf(a) < pathOf(b) ? -1 : 1);

interface BulkButtonProps {
  readonly kind: Kind;
  readonly action: BulkAction;
  readonly objects: readonly Stored<KubeObject>[];
  readonly done: (objects: readonly Stored<KubeObject>[]) => void;
}

/** Offered if it is allowed for the first of them; of each, the API server decides. */
function BulkButton({ kind, action, objects, done }: BulkButtonProps) {
  const { namespace = "", name = "" } = objects[0]?.metadata ?? {};
  if (!useMay(action.needs, kind, { namespace, name })) return null;
  return (
    <button
      type="button"
      class={action.danger ? "danger" : undefined}
      onClick={() => showDialog(() => <ConfirmBulk kind={kind} action={action} objects={objects} done={done} />)}
    >
      {action.title}
    </button>
  );
}
