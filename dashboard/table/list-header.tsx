/** The header of every list: title, number of rows, filter, and whether it is live. */
import type { ComponentChildren } from "preact";
import { LiveBadge } from "../live/live-badge.tsx";
import type { LiveState } from "../live/live-list.ts";
import { replaceQuery, route } from "../route.ts";

interface ListHeaderProps {
  readonly title: string;
  readonly shown: number;
  readonly all: number;
  /** Absent for a list that does not change by itself. */
  readonly state?: LiveState;
  readonly children?: ComponentChildren;
}

export const FILTER_ID = "filter";

export const filterText = (): string => route.value.query.q ?? "";

export const ListHeader = ({ title, shown, all, state, children }: ListHeaderProps) => (
  <div class="list-header">
    <h1>{title}</h1>
    <span class="count">
      {shown === all ? all.toLocaleString() : `${shown.toLocaleString()} of ${all.toLocaleString()}`}
    </span>
    {state && <LiveBadge state={state} />}
    <span class="spring" />
    {children}
    <input
      id={FILTER_ID}
      type="search"
      placeholder="Filter ( / )"
      aria-label={`Filter ${title}`}
      value={filterText()}
      onInput={(event) => replaceQuery({ q: event.currentTarget.value })}
      onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
    />
  </div>
);
