/** Short messages about completed actions, which disappear by themselves. */
import { signal } from "@preact/signals";

interface Toast {
  readonly id: number;
  readonly text: string;
}

const LIFE_MS = 5000;
const toasts = signal<readonly Toast[]>([]);
let lastId = 0;

export function toast(text: string): void {
  const id = ++lastId;
  toasts.value = [...toasts.value, { id, text }];
  setTimeout(() => {
    toasts.value = toasts.value.filter((shown) => shown.id !== id);
  }, LIFE_MS);
}

export const Toasts = () => (
  <div class="toasts" role="status" aria-live="polite">
    {toasts.value.map(({ id, text }) => (
      <p key={id}>{text}</p>
    ))}
  </div>
);
