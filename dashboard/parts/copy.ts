import { toast } from "./toasts.tsx";

/** Copies a text to the clipboard, with a message. */
export async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toast("Copied");
  } catch {
    toast("The browser lets this page copy nothing. Select the text instead.");
  }
}
