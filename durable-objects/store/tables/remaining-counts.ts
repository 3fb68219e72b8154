/**
 * How many objects remained after a page, remembered for the next page: counting them is a scan, and the number at a
 * given revision never changes.
 */
import type { GroupResource, Revision } from "../../../api/store/store.ts";

interface Walk {
  readonly resource: GroupResource;
  readonly namespace?: string;
  readonly revision: Revision;
}

interface Place {
  readonly namespace: string;
  readonly name: string;
}

/** How many paged lists are remembered; one that is forgotten counts again. */
const MAX_CACHED = 256;

export class RemainingCounts {
  readonly #counts = new Map<string, number>();

  find(walk: Walk, after: Place): number | undefined {
    return this.#counts.get(placeId(walk, after));
  }

  cache(walk: Walk, after: Place, count: number): void {
    this.#counts.set(placeId(walk, after), count);
    for (const oldest of this.#counts.keys()) {
      if (this.#counts.size <= MAX_CACHED) break;
      this.#counts.delete(oldest);
    }
  }
}

const placeId = ({ resource, namespace, revision }: Walk, after: Place) =>
  JSON.stringify([resource, namespace, revision, after.namespace, after.name]);
