/**
 * What the controllers wrote themselves. They act on their own changes at once; the changes of others are left alone
 * for a moment.
 */
import type { GroupResource } from "../../api/store/store.ts";

/** A write whose change has not been seen after this long (ms) changed nothing. */
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

  /** Whether the change is one of our own writes. Each write matches once. */
  take(resource: GroupResource, namespace: string, name: string): boolean {
    return this.#at.delete(keyOf(resource, namespace, name));
  }
}

const keyOf = (resource: GroupResource, namespace: string, name: string) => `${resource}/${namespace}/${name}`;
