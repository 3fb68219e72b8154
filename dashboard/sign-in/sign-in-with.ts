/** The page's part in signing in with an issuer: it redirects there, and comes back with a code in its address. */
import type { SignInIssuer } from "../../api/authentication/sign-in-issuer.ts";
import { base64Url } from "../../api/machinery/encoding/base64url.ts";
import { authorizationResponse, authorizationUrl, identityToken, type Pending, tokenRequest } from "./authorization.ts";

const KEY = "sailplane-sign-in";

/** The page's own address, to be registered with the issuer. */
const here = (): string => location.origin + location.pathname;

/** Empty if they cannot be read: signing in with a token still works. */
export async function readIssuers(): Promise<readonly SignInIssuer[]> {
  try {
    const response = await fetch("issuers.json");
    return response.ok ? ((await response.json()) as readonly SignInIssuer[]) : [];
  } catch {
    return [];
  }
}

export async function leaveFor(issuer: SignInIssuer, { remember }: { readonly remember: boolean }): Promise<void> {
  const random = () => base64Url(crypto.getRandomValues(new Uint8Array(32)));
  const pending: Pending = {
    with: issuer,
    state: random(),
    nonce: random(),
    verifier: random(),
    hash: location.hash,
    remember,
  };
  // Only for this tab, and removed when it is back.
  sessionStorage.setItem(KEY, JSON.stringify(pending));
  location.assign(await authorizationUrl(pending, here()));
}

export type Arrival =
  | { readonly token: string; readonly remember: boolean; readonly hash: string }
  | { readonly problem: string };

/**
 * Undefined if the browser is not coming from an issuer. Codes can be used once, so address and storage are cleared
 * immediately.
 */
export async function finishSignIn(): Promise<Arrival | undefined> {
  const { search } = location;
  const stored = sessionStorage.getItem(KEY);
  const pending = stored === null ? undefined : (JSON.parse(stored) as Pending);
  const came = authorizationResponse(search, pending);
  if (!came) return undefined;
  sessionStorage.removeItem(KEY);
  history.replaceState(null, "", location.pathname + location.hash);
  if ("problem" in came) return came;
  if (!pending) return undefined;
  try {
    const response = await fetch(tokenRequest(came.code, pending, here()));
    const identity = identityToken(await response.json().catch(() => undefined), pending);
    return "problem" in identity ? identity : { ...identity, remember: pending.remember, hash: pending.hash };
  } catch {
    return { problem: `${pending.with.issuer} does not answer this page. Does it allow its origin?` };
  }
}
