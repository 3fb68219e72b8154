/** When volumes with `requiresRepublish` are published again. */

import { steadyNow } from "../steady-now.ts";

/** As often as the kubelet syncs its pods. */
const REPUBLISH_MS = 60_000;

export class Republishing {
  /** Times by the steady clock (ms), by the volumes' directories. */
  readonly #next = new Map<string, { readonly uid: string; readonly at: number }>();

  /** It is being published: the next time is later, whatever the outcome. */
  begin(uid: string, home: string): void {
    this.#next.set(home, { uid, at: steadyNow() + REPUBLISH_MS });
  }

  isDue(home: string): boolean {
    return (this.#next.get(home)?.at ?? 0) <= steadyNow();
  }

  /** The earliest time among the pod's volumes (ms). */
  nextOf(uid: string): number | undefined {
    const times = [...this.#next.values()].filter((each) => each.uid === uid).map(({ at }) => at);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  delete(home: string): void {
    this.#next.delete(home);
  }
}
