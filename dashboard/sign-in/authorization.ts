/**
 * Signing in with an OpenID Connect issuer: the authorization code flow with PKCE (RFC 7636) for a public client.
 * Whether the token is valid is up to the API server.
 */
import type { SignInIssuer } from "../../api/authentication/sign-in-issuer.ts";
import { base64Url } from "../../api/machinery/encoding/base64url.ts";
import { claimsOf } from "../api/token-claims.ts";

/** What the page must remember until the issuer has redirected back. */
export interface Pending {
  readonly with: SignInIssuer;
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  /** The view that was open. */
  readonly hash: string;
  readonly remember: boolean;
}

export type Came = { readonly code: string } | { readonly problem: string };

export async function authorizationUrl(
  { with: issuer, state, nonce, verifier }: Pending,
  redirectUri: string,
): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  const url = new URL(issuer.authorizationEndpoint);
  const parameters = {
    response_type: "code",
    client_id: issuer.clientId,
    redirect_uri: redirectUri,
    scope: issuer.scope,
    state,
    nonce,
    code_challenge: base64Url(new Uint8Array(digest)),
    code_challenge_method: "S256",
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

/** The issuer's answer in the address; undefined if there is none. */
export function authorizationResponse(search: string, pending: Pending | undefined): Came | undefined {
  const query = new URLSearchParams(search);
  const [code, error, state] = ["code", "error", "state"].map((name) => query.get(name) ?? "");
  if (!code && !error) return undefined;
  // An answer to a request that this page did not make may be an attempt to sign it in as somebody else.
  if (!pending || state !== pending.state) return { problem: "This sign-in was not begun here. Begin it again." };
  if (code) return { code };
  return { problem: `${pending.with.issuer} refuses: ${query.get("error_description") ?? error}` };
}

export function tokenRequest(code: string, { with: issuer, verifier }: Pending, redirectUri: string): Request {
  const body = new URLSearchParams({
    grant_type: "authorization_code",
    client_id: issuer.clientId,
    redirect_uri: redirectUri,
    code,
    code_verifier: verifier,
  });
  return new Request(issuer.tokenEndpoint, { method: "POST", body, headers: { accept: "application/json" } });
}

/** The ID token in a token endpoint's response. */
export function identityToken(
  response: unknown,
  { with: issuer, nonce }: Pending,
): { readonly token: string } | { readonly problem: string } {
  const { id_token, error, error_description } = (response ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof id_token !== "string") {
    return { problem: `${issuer.issuer} gives no token: ${error_description ?? error ?? "it says nothing why"}` };
  }
  if (claimsOf(id_token)?.nonce !== nonce) return { problem: "The token is of another sign-in. Begin it again." };
  return { token: id_token };
}
