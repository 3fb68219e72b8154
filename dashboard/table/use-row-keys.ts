/** The row that keys have moved to, and what they do with it. */
import type { RefObject } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";
import { onRowKey } from "./row-keys.ts";
import type { SelectOptions } from "./selection.ts";

interface RowKeysOptions<R> {
  readonly rows: readonly R[];
  readonly keyOf: (row: R) => string;
  readonly scroller: RefObject<HTMLElement | null>;
  readonly rowHeight: number;
  readonly open: (row: R) => void;
  readonly select: (row: R, options: SelectOptions) => void;
}

/** Returns the row's key. */
export function useRowKeys<R>({ rows, keyOf, scroller, rowHeight, open, select }: RowKeysOptions<R>) {
  const [chosen, setChosen] = useState<string | undefined>(undefined);
  // Synchronously: the next key may come before the next frame.
  useLayoutEffect(() =>
    onRowKey((key) => {
      const at = rows.findIndex((row) => keyOf(row) === chosen);
      const here = rows[at];
      if (key === "open") return here && open(here);
      if (key === "select" || key === "extend") return here && select(here, { range: key === "extend" });
      const next = Math.max(0, Math.min(rows.length - 1, key === "down" ? at + 1 : at - 1));
      const row = rows[next];
      if (!row || !scroller.current) return;
      setChosen(keyOf(row));
      bringIntoSight(scroller.current, { rowTop: next * rowHeight, rowHeight });
    }),
  );
  return chosen;
}

/** The head covers one row. */
function bringIntoSight(box: HTMLElement, { rowTop, rowHeight }: { rowTop: number; rowHeight: number }): void {
  const visible = box.clientHeight - 2 * rowHeight;
  if (rowTop < box.scrollTop) box.scrollTop = rowTop;
  else if (rowTop > box.scrollTop + visible) box.scrollTop = rowTop - visible;
}
