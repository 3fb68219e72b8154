/** The objects of any kind, with the API server's printer columns, custom resources included. */
import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import { type Kind, listPath, titleOf } from "../api/kind.ts";
import { objectHref } from "../api/links.ts";
import { bulkActionsFor } from "../bulk/bulk-actions.ts";
import { SelectionBar } from "../bulk/selection-bar.tsx";
import { refusal, waitingFor } from "../live/live-badge.tsx";
import type { LiveList } from "../live/live-list.ts";
import { type Row, tableAt } from "../live/table.ts";
import { useLiveList } from "../live/use-live-list.ts";
import { Check } from "../parts/check.tsx";
import { matcher } from "../parts/matches.ts";
import { isNarrow } from "../parts/narrow.ts";
import { Notice, RefusedNotice } from "../parts/notice.tsx";
import { readOnly } from "../read-only.ts";
import { href, namespace, replaceQuery } from "../route.ts";
import type { Column } from "../table/column.ts";
import { DataTable } from "../table/data-table.tsx";
import { filterText, ListHeader } from "../table/list-header.tsx";
import { NOTHING } from "../table/selection.ts";
import { columnsFor } from "./resource-columns.tsx";
import { textOf } from "./row-text.ts";

const wide = signal(false);

interface ResourceListProps {
  readonly kind: Kind;
  readonly tools?: ComponentChildren;
  /** Appended to the printer columns. */
  readonly columns?: readonly Column<Row>[];
}

export function ResourceList({ kind, ...extras }: ResourceListProps) {
  const ns = kind.namespaced ? namespace.value : "";
  const path = listPath(kind, ns);
  const source = useMemo(() => tableAt(path), [path]);
  const list = useLiveList(path, () => source);
  return (
    <ListOf {...extras} key={path} kind={kind} list={list} source={source} everywhere={ns === "" && kind.namespaced} />
  );
}

interface ListOfProps extends ResourceListProps {
  readonly list: LiveList<Row>;
  readonly source: ReturnType<typeof tableAt>;
  readonly everywhere: boolean;
}

const NONE: readonly Column<Row>[] = [];

function ListOf({ kind, tools, columns: further = NONE, list, source, everywhere }: ListOfProps) {
  const items = list.items.value;
  const filter = filterText();
  const [selection, select] = useState(NOTHING);
  const columnDefinitions = source.columns.value;
  const all = useMemo(() => [...items.values()], [items]);
  const rows = useMemo(() => {
    const matches = matcher(filter);
    return filter.trim() === "" ? all : all.filter((row) => matches(textOf(row)));
  }, [all, filter]);
  const printed = useMemo(
    () =>
      columnsFor({
        kind,
        columns: columnDefinitions,
        sample: all.slice(0, 100),
        everywhere,
        wide: wide.value,
        narrow: isNarrow.value,
      }),
    // Widths are determined from the first rows and then kept, so that nothing shifts.
    [columnDefinitions, everywhere, wide.value, isNarrow.value, all.length === 0],
  );
  const columns = useMemo(() => [...printed, ...further], [printed, further]);
  const state = list.state.value;
  const refused = refusal(state);
  const selectable = !readOnly.value && bulkActionsFor(kind).length > 0;
  return (
    <section class="list">
      <ListHeader title={titleOf(kind)} shown={rows.length} all={all.length} state={state}>
        {tools}
        <Check
          label="All columns"
          checked={wide.value}
          set={(checked) => {
            wide.value = checked;
          }}
        />
      </ListHeader>
      {refused ? (
        <RefusedNotice {...refused} />
      ) : rows.length > 0 ? (
        <DataTable
          label={titleOf(kind)}
          columns={columns}
          rows={rows}
          keyOf={(row) => row.metadata.uid}
          selecting={selectable ? { selection, change: select, nameOf: ({ metadata }) => metadata.name } : undefined}
          open={(row) => {
            location.hash = objectHref(kind, {
              namespace: row.metadata.namespace ?? "",
              name: row.metadata.name,
            });
          }}
        />
      ) : (
        <Empty kind={kind} filtered={all.length > 0} waiting={waitingFor(state)} />
      )}
      {selectable && <SelectionBar kind={kind} items={items} shown={rows} selection={selection} change={select} />}
    </section>
  );
}

function Empty({
  kind,
  filtered,
  waiting,
}: {
  readonly kind: Kind;
  readonly filtered: boolean;
  readonly waiting: string | undefined;
}) {
  if (waiting) return <Notice title={waiting} />;
  if (filtered) {
    return (
      <Notice title="Nothing matches the filter">
        <button type="button" onClick={() => replaceQuery({ q: "" })}>
          Clear the filter
        </button>
      </Notice>
    );
  }
  const where = kind.namespaced && namespace.value !== "" ? ` in the namespace ${namespace.value}` : "";
  return (
    <Notice title={`No ${titleOf(kind)}${where}`}>
      {where !== "" && (
        <p>
          <button type="button" onClick={() => replaceQuery({ ns: "" })}>
            Look in all namespaces
          </button>
        </p>
      )}
      {kind.verbs.includes("create") && (
        <p>
          <a href={href(["apply"])}>Create, apply</a> makes one.
        </p>
      )}
    </Notice>
  );
}
