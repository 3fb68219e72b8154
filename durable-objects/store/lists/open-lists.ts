import type { WatchShare } from "../../../api/store/watch-share.ts";
import type { Turns } from "../turns.ts";
import { WatchHolders } from "../watch-holders.ts";

/** Less than requests wait for seats (rule FAIR-LEVEL): lists that wait here have some, for which others wait there. */
const MAX_WAIT_MS = 3000;
const MAX_WAITING = 1000;

type Ends = Readonly<Record<"closed" | "stalled", () => void>>;

interface Waiting {
  readonly share: WatchShare | undefined;
  readonly answer: (hasRoom: boolean) => void;
}

/** The streamed lists that have not been read to the end, by holder (rule FAIR-LIST). */
export class OpenLists {
  readonly #turns: Pick<Turns, "after">;
  readonly #holders = new WatchHolders();
  readonly #waiting = new Set<Waiting>();
  #size = 0;

  constructor(turns: Pick<Turns, "after">) {
    this.#turns = turns;
  }

  isFull({ holder, most = Number.POSITIVE_INFINITY }: WatchShare = {}): boolean {
    return this.#size >= most || (holder !== undefined && !this.#holders.hasRoom(holder));
  }

  /** Whether there is room in time. Who is told so must begin in that very turn. */
  room(share: WatchShare | undefined): Promise<boolean> {
    if (this.#waiting.size >= MAX_WAITING) return Promise.resolve(false);
    return new Promise((resolve) => {
      const answer = (hasRoom: boolean) => {
        this.#waiting.delete(waiting);
        cancel();
        resolve(hasRoom);
      };
      const waiting = { share, answer };
      const cancel = this.#turns.after(MAX_WAIT_MS, () => answer(!this.isFull(share)));
      this.#waiting.add(waiting);
    });
  }

  /** A stalled list no longer needs its revision, but still counts: its buffers are held until it ends. */
  begin({ holder }: WatchShare = {}, unpin: () => void): Ends {
    let open = true;
    this.#size++;
    if (holder) this.#holders.add(holder);
    const closed = () => {
      if (!open) return;
      open = false;
      unpin();
      this.#size--;
      if (holder) this.#holders.remove(holder);
      this.#callNext();
    };
    return { closed, stalled: unpin };
  }

  #callNext(): void {
    for (const { share, answer } of this.#waiting) {
      if (this.isFull(share)) continue;
      answer(true);
      return;
    }
  }
}
