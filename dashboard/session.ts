/** Who is signed in. The token lives in this page's memory, and in sessionStorage only where its owner asked for that. */
import { signal } from "@preact/signals";

const KEY = "sailplane-token";

export const token = signal<string | undefined>(sessionStorage.getItem(KEY) ?? undefined);
/** Why the sign-in page shows, where that needs words. */
export const signedOutBecause = signal("");

export function signIn(newToken: string, { remember }: { readonly remember: boolean }): void {
  if (remember) sessionStorage.setItem(KEY, newToken);
  else sessionStorage.removeItem(KEY);
  signedOutBecause.value = "";
  token.value = newToken;
}

export function signOut(reason = ""): void {
  sessionStorage.removeItem(KEY);
  signedOutBecause.value = reason;
  token.value = undefined;
}
