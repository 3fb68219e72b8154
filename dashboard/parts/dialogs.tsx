/** The dialog that is open, if any. */
import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";

const open = signal<(() => ComponentChildren) | undefined>(undefined);

export const isDialogOpen = (): boolean => open.peek() !== undefined;

export function showDialog(content: () => ComponentChildren): void {
  open.value = content;
}

export function closeDialog(): void {
  open.value = undefined;
}

export function Dialogs() {
  return open.value?.() ?? null;
}
