/** The current time, updated every second, for ages. */
import { computed, signal } from "@preact/signals";

export const now = signal(Date.now());
setInterval(() => {
  if (document.visibilityState === "visible") now.value = Date.now();
}, 1000);

/** The same every ten seconds, for whether something is late. */
export const coarseNow = computed(() => Math.floor(now.value / 10_000) * 10_000);
