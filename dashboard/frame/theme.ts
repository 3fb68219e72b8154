/** Light, dark, or the system's setting. Stored on this device, so it outlives the session. */
import { effect, signal } from "@preact/signals";

const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const KEY = "sailplane-theme";
const stored = localStorage.getItem(KEY);

export const theme = signal<Theme>(THEMES.find((name) => name === stored) ?? "system");

export function nextTheme(): void {
  theme.value = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length] ?? "system";
}

export function followTheme(): void {
  effect(() => {
    document.documentElement.dataset.theme = theme.value;
    localStorage.setItem(KEY, theme.value);
  });
}
