import type { WatchShare } from "../../api/store/watch-share.ts";

type Holder = NonNullable<WatchShare["holder"]>;

/** How much of its share of watches each holder has open at an object (rule FAIR-WATCH). */
export class WatchHolders {
  readonly #taken = new Map<string, number>();

  hasRoom(holder: Holder): boolean {
    return this.#takenBy(holder) + takes(holder) <= holder.most;
  }

  add(holder: Holder): void {
    this.#taken.set(holder.name, this.#takenBy(holder) + takes(holder));
  }

  remove(holder: Holder): void {
    const left = this.#takenBy(holder) - takes(holder);
    if (left > 0) this.#taken.set(holder.name, left);
    else this.#taken.delete(holder.name);
  }

  #takenBy({ name }: Holder): number {
    return this.#taken.get(name) ?? 0;
  }
}

const takes = ({ takes = 1 }: Holder): number => takes;
