import type { WatchShare } from "../../../api/store/watch-share.ts";
import { WatchHolders } from "../watch-holders.ts";

type Ends = Readonly<Record<"closed" | "stalled", () => void>>;

/** The streamed lists that have not been read to the end, by holder (rule FAIR-LIST). */
export class OpenLists {
  readonly #holders = new WatchHolders();
  #size = 0;

  refuses({ holder, most = Number.POSITIVE_INFINITY }: WatchShare = {}): boolean {
    return this.#size >= most || (holder !== undefined && !this.#holders.hasRoom(holder));
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
    };
    return { closed, stalled: unpin };
  }
}
