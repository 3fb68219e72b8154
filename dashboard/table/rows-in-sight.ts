export interface Sight {
  /** Pixels scrolled, pixels visible, pixels per row. */
  readonly top: number;
  readonly height: number;
  readonly rowHeight: number;
  readonly count: number;
}

/** Rows rendered above and below, so that fast scrolling shows no gaps. */
const MARGIN = 12;

/** The rows to render, excluding `to`. `from` is even, so that stripes do not flicker. */
export function rowsInSight({ top, height, rowHeight, count }: Sight): { readonly from: number; readonly to: number } {
  const last = Math.max(0, count - Math.ceil(height / rowHeight));
  const first = Math.min(Math.floor(top / rowHeight), last);
  const from = Math.max(0, first - MARGIN);
  return { from: from - (from % 2), to: Math.min(count, first + Math.ceil(height / rowHeight) + MARGIN) };
}
