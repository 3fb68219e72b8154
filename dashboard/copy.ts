import { toast } from "./frame/toasts.tsx";

/** Puts a text on the clipboard, and says so. */
export async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toast("Copied");
  } catch {
    toast("The browser lets this page copy nothing. Select the text instead.");
  }
}
