import type { ComponentChildren } from "preact";
import { type Gathered, groupAlike } from "../summaries/alike.ts";

interface AlikeCardProps<T> {
  readonly title: string;
  readonly items: readonly T[];
  readonly sortOf: (item: T) => string;
  /** At most so many sorts are shown. */
  readonly max: number;
  /** Shown if there are none. */
  readonly nothing: string;
  /** A list item, which has a key. */
  readonly row: (sort: Gathered<T>) => ComponentChildren;
}

/** Items, of which those that are alike share a row. */
export function AlikeCard<T>({ title, items, sortOf, max, nothing, row }: AlikeCardProps<T>) {
  const sorts = groupAlike(items, sortOf);
  return (
    <section class="card">
      <h2>
        {title} {sorts.length > 0 && <span class="count">{sorts.length}</span>}
      </h2>
      {sorts.length === 0 ? (
        <p class="quiet">{nothing}</p>
      ) : (
        <ul class="plain rows">
          {sorts.slice(0, max).map(row)}
          {sorts.length > max && <li class="quiet">and {(sorts.length - max).toLocaleString()} more</li>}
        </ul>
      )}
    </section>
  );
}
