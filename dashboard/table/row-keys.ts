/** Keys that move through the rows of the current table; the newest table gets them. */
export type RowKey = "up" | "down" | "open" | "select" | "extend";

const listeners: ((key: RowKey) => void)[] = [];

export function onRowKey(listener: (key: RowKey) => void): () => void {
  listeners.push(listener);
  return () => listeners.splice(listeners.indexOf(listener), 1);
}

export const pressRowKey = (key: RowKey): void => listeners.at(-1)?.(key);
