/** Whether this page changes nothing: the reader's wish, or because what is looked at has been. */
import { computed, effect, signal } from "@preact/signals";
import { moment } from "./route.ts";

const KEY = "sailplane-read-only";

/** Of this device, as the theme is. */
export const wantsReadOnly = signal(localStorage.getItem(KEY) === "true");

effect(() => localStorage.setItem(KEY, String(wantsReadOnly.value)));

export const readOnly = computed(() => wantsReadOnly.value || moment.value !== "");

/** Reviews are questions, though they are posted. */
export const mayBeSent = ({ method, url }: { readonly method: string; readonly url: string }): boolean =>
  !readOnly.peek() || method === "GET" || /\/apis\/authorization\.k8s\.io\/v1\/[a-z]*reviews$/.test(url);
