/** An issuer that a browser can sign in with, as `issuers.json` beside the dashboard lists it (RFC 6749, RFC 7636). */
export interface SignInIssuer {
  readonly issuer: string;
  /** The first audience: the client that the issuer signs tokens for. */
  readonly clientId: string;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly scope: string;
}
