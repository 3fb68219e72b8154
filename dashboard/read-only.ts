/** Whether the page is read-only: by the user's choice, or because it shows the past. */
import { computed, effect, signal } from "@preact/signals";
import { moment } from "./route.ts";

const KEY = "sailplane-read-only";

/** Stored on this device, like the theme. */
export const wantsReadOnly = signal(localStorage.getItem(KEY) === "true");

effect(() => localStorage.setItem(KEY, String(wantsReadOnly.value)));

export const readOnly = computed(() => wantsReadOnly.value || moment.value !== "");

/** Reviews are questions, although they are posted. */
export const mayBeSent = ({ method, url }: { readonly method: string; readonly url: string }): boolean =>
  !readOnly.peek() || method === "GET" || /\/apis\/authorization\.k8s\.io\/v1\/[a-z]*reviews$/.test(url);
