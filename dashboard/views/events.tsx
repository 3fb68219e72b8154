import { useMemo } from "preact/hooks";
import type { Event } from "../../api/generated/core.v1.ts";
import { resourcePath } from "../../client/resource-path.ts";
import { kindOfReference } from "../api/discovery.ts";
import { objectHref } from "../api/links.ts";
import { refusal, waitingFor } from "../live/live-badge.tsx";
import { objectsAt, useLiveList } from "../live/use-live-list.ts";
import { Age } from "../parts/age.tsx";
import { CutName } from "../parts/cut-name.tsx";
import { matcher } from "../parts/matches.ts";
import { isNarrow } from "../parts/narrow.ts";
import { Notice, RefusedNotice } from "../parts/notice.tsx";
import { StateChip } from "../parts/state-chip.tsx";
import { toneOfState } from "../parts/tone.ts";
import { namespace, route } from "../route.ts";
import { type Happening, happeningOf } from "../summaries/events-of.ts";
import type { Column } from "../table/column.ts";
import { DataTable } from "../table/data-table.tsx";
import { filterText, ListHeader } from "../table/list-header.tsx";

const hrefOf = ({ apiVersion, kind, ...name }: Happening): string | undefined => {
  const known = kindOfReference(apiVersion, kind);
  return known && objectHref(known, name);
};

/** A link to the event's object. */
export const Subject = ({ of }: { readonly of: Happening }) => {
  const text = `${of.kind}/${of.name}`;
  const link = hrefOf(of);
  return link ? (
    <a href={link} title={text} aria-label={text}>
      <CutName text={text} />
    </a>
  ) : (
    <span title={text}>{text}</span>
  );
};

const age: Column<Happening> = {
  title: "Last seen",
  width: 13,
  cell: (e) => <Age of={e.lastSeen} />,
  sortBy: (e) => -Date.parse(e.lastSeen),
};

const reason: Column<Happening> = { title: "Reason", width: 18, cell: (e) => e.reason, sortBy: (e) => e.reason };

const subject: Column<Happening> = {
  title: "Object",
  width: 28,
  cell: (e) => <Subject of={e} />,
  sortBy: (e) => e.kind + e.name,
};

const others: readonly Column<Happening>[] = [
  { title: "Message", width: 51, cell: (e) => <span title={e.message}>{e.message}</span>, sortBy: (e) => e.message },
  { title: "Count", width: 8, cell: (e) => e.count, sortBy: (e) => e.count },
  { title: "Namespace", width: 13, cell: (e) => e.namespace, sortBy: (e) => e.namespace },
];

const columns: readonly Column<Happening>[] = [
  age,
  { title: "Type", width: 12, cell: (e) => <StateChip text={e.type} />, sortBy: (e) => e.type },
  reason,
  subject,
  ...others,
];

/** The object is in sight on a phone; the type is the mark of the reason. */
const narrowColumns: readonly Column<Happening>[] = [
  { ...age, title: "Seen", width: 9 },
  { ...reason, cell: (e) => <StateChip text={e.reason} tone={toneOfState(e.type)} /> },
  { ...subject, width: 19 },
  ...others,
];

export function EventsView() {
  const path = resourcePath({ resource: "events", namespace: namespace.value });
  const list = useLiveList(path, () => objectsAt<Event, Happening>(path, {}, happeningOf));
  const items = list.items.value;
  const filter = filterText();
  const rows = useMemo(() => {
    const matches = matcher(filter);
    return [...items.values()].filter((e) =>
      matches([e.type, e.reason, e.kind, e.name, e.namespace, e.message].join(" ").toLowerCase()),
    );
  }, [items, filter]);
  const state = list.state.value;
  const refused = refusal(state);
  return (
    <section class="list">
      <ListHeader title="Events" shown={rows.length} all={items.size} state={state} />
      {refused ? (
        <RefusedNotice {...refused} />
      ) : rows.length > 0 ? (
        <DataTable
          key={route.value.path.join()}
          label="Events"
          columns={isNarrow.value ? narrowColumns : columns}
          rows={rows}
          keyOf={(e) => e.uid}
          open={(e) => {
            location.hash = hrefOf(e) ?? location.hash;
          }}
        />
      ) : (
        <Notice title={waitingFor(state) ?? (filter ? "No event matches the filter" : "No events")}>
          {state.name !== "loading" && "Events are kept for an hour."}
        </Notice>
      )}
    </section>
  );
}
