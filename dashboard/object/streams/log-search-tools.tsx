import { Check } from "../../parts/check.tsx";
import { FILTER_ID } from "../../table/list-header.tsx";
import { MAX_MATCHES } from "./log-matches.ts";
import type { LogSearch } from "./use-log-search.ts";

/** Enter goes to the next match, Shift Enter to the one before. */
export const LogSearchTools = ({ search }: { readonly search: LogSearch }) => (
  <>
    <input
      id={FILTER_ID}
      type="search"
      placeholder="Search ( / )"
      aria-label="Search the log"
      value={search.sought}
      onInput={(event) => search.seek(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === "Enter") search.go(event.shiftKey ? -1 : 1);
      }}
    />
    {search.sought !== "" && (
      <>
        <span class="matches">
          <button
            type="button"
            aria-label="Previous match"
            title="Previous match (Shift Enter)"
            disabled={search.found.length === 0}
            onClick={() => search.go(-1)}
          >
            ↑
          </button>
          <button
            type="button"
            aria-label="Next match"
            title="Next match (Enter)"
            disabled={search.found.length === 0}
            onClick={() => search.go(1)}
          >
            ↓
          </button>
          <span role="status" aria-label="Matches">
            {countOf(search)}
          </span>
        </span>
        <Check label="Only lines that match" checked={search.only} set={search.showOnly} />
      </>
    )}
  </>
);

function countOf({ found, index }: LogSearch): string {
  if (found.length === 0) return "No match";
  const all = `${found.length.toLocaleString()}${found.length === MAX_MATCHES ? "+" : ""}`;
  return index < 0 ? `${all} ${found.length === 1 ? "match" : "matches"}` : `${(index + 1).toLocaleString()} of ${all}`;
}
