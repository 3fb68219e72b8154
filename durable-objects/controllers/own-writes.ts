/** What the controllers wrote themselves: their own changes are gone on with at once, those of others are left alone a moment. */
import type { GroupResource } from "../../api/store.ts";

/** A write that no change was seen of for so long (ms) changed nothing. */
const LATE_MS = 5000;

export class OwnWrites {
  readonly #at = new Map<string, number>();

  note(resource: GroupResource, namespace: string, name: string, now: number): void {
    for (const [key, at] of this.#at) {
      if (at + LATE_MS > now) break;
      this.#at.delete(key);
    }
    const key = keyOf(resource, namespace, name);
    this.#at.delete(key);
    this.#at.set(key, now);
  }

  /** Whether the object's change is what was noted of it; asked once for each change. */
  take(resource: GroupResource, namespace: string, name: string): boolean {
    return this.#at.delete(keyOf(resource, namespace, name));
  }
}

const keyOf = (resource: GroupResource, namespace: string, name: string) => `${resource}/${namespace}/${name}`;
