/** The signed-in user. The token is in this page's memory, and in sessionStorage only if its owner agreed. */
import { signal } from "@preact/signals";

const KEY = "sailplane-token";

export const token = signal<string | undefined>(sessionStorage.getItem(KEY) ?? undefined);
/** Why the sign-in page is shown, if that needs an explanation. */
export const signOutReason = signal("");

export function signIn(newToken: string, { remember }: { readonly remember: boolean }): void {
  if (remember) sessionStorage.setItem(KEY, newToken);
  else sessionStorage.removeItem(KEY);
  signOutReason.value = "";
  token.value = newToken;
}

export function signOut(reason = ""): void {
  sessionStorage.removeItem(KEY);
  signOutReason.value = reason;
  token.value = undefined;
}
