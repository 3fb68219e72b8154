/**
 * Trusted issuers: the part of Kubernetes' AuthenticationConfiguration (apiserver.config.k8s.io/v1) about OpenID
 * Connect tokens. All other fields are rejected by name.
 */
import {
  type ClaimMappings,
  type ClaimRule,
  type ExpressionRule,
  parseClaimRules,
  parseMappings,
  parseUserRules,
  refuseUnverifiedEmail,
} from "./claim-rules.ts";
import { listAt, objectAt, Refusal, refuseDoubles, textAt } from "./read-fields.ts";

export interface JwtAuthenticator {
  readonly issuer: {
    readonly url: string;
    /** Where its discovery document is, if not below `url`. */
    readonly discoveryURL?: string;
    /** PEM of the CA of its certificate, if that is not a public one. */
    readonly certificateAuthority?: string;
    readonly audiences: readonly string[];
  };
  readonly claimValidationRules?: readonly ClaimRule[];
  readonly claimMappings: ClaimMappings;
  readonly userValidationRules?: readonly ExpressionRule[];
}

type Parsed =
  | { readonly ok: true; readonly jwt: readonly JwtAuthenticator[] }
  | { readonly ok: false; readonly message: string };

/** Rejects anything that would not have the intended effect, with the path of the field. */
export function parseAuthentication(value: unknown): Parsed {
  try {
    const config = objectAt(value, "", ["apiVersion", "kind", "jwt"]);
    if (config.kind !== "AuthenticationConfiguration" || !VERSIONS.includes(String(config.apiVersion)))
      throw new Refusal("it has apiVersion apiserver.config.k8s.io/v1 and kind AuthenticationConfiguration");
    const jwt = listAt(config.jwt, "jwt").map((each, i) => parseJwt(each, `jwt[${i}]`));
    const urls = jwt.map(({ issuer }) => issuer.url);
    const twice = urls.find((url, i) => urls.indexOf(url) !== i);
    if (twice !== undefined) throw new Refusal(`jwt: two issuers have the url ${twice}`);
    return { ok: true, jwt };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, message: error.message };
    throw error;
  }
}

const VERSIONS = ["apiserver.config.k8s.io/v1", "apiserver.config.k8s.io/v1beta1"];

const JWT = ["issuer", "claimValidationRules", "claimMappings", "userValidationRules"];

function parseJwt(value: unknown, path: string): JwtAuthenticator {
  const jwt = objectAt(value, path, JWT);
  const claimMappings = parseMappings(jwt.claimMappings, `${path}.claimMappings`);
  const claimValidationRules = parseClaimRules(jwt.claimValidationRules, `${path}.claimValidationRules`);
  refuseUnverifiedEmail(claimMappings, claimValidationRules, `${path}.claimMappings`);
  const userValidationRules = parseUserRules(jwt.userValidationRules, `${path}.userValidationRules`);
  return {
    issuer: parseIssuer(jwt.issuer, `${path}.issuer`),
    claimValidationRules,
    claimMappings,
    ...(userValidationRules.length > 0 && { userValidationRules }),
  };
}

const ISSUER = ["url", "discoveryURL", "certificateAuthority", "audiences", "audienceMatchPolicy"];

function parseIssuer(value: unknown, path: string): JwtAuthenticator["issuer"] {
  const issuer = objectAt(value, path, ISSUER);
  const { audienceMatchPolicy, certificateAuthority: authority } = issuer;
  const audiences = listAt(issuer.audiences, `${path}.audiences`).map((each, i) =>
    textAt(each, `${path}.audiences[${i}]`),
  );
  if (audiences.length === 0) throw new Refusal(`${path}.audiences: names one at least`);
  refuseDoubles(audiences, `${path}.audiences`);
  if (audiences.length > 1 && audienceMatchPolicy !== "MatchAny")
    throw new Refusal(`${path}.audienceMatchPolicy: must be MatchAny for more than one audience`);
  if (!["", "MatchAny"].includes(textAt(audienceMatchPolicy ?? "", `${path}.audienceMatchPolicy`, "may be empty")))
    throw new Refusal(`${path}.audienceMatchPolicy: must be empty or MatchAny`);
  const url = urlAt(issuer.url, `${path}.url`);
  const discoveryURL =
    issuer.discoveryURL === undefined ? undefined : urlAt(issuer.discoveryURL, `${path}.discoveryURL`);
  if (discoveryURL?.replace(/\/+$/, "") === url.replace(/\/+$/, ""))
    throw new Refusal(`${path}.discoveryURL: must be different from URL`);
  return {
    url,
    ...(discoveryURL !== undefined && { discoveryURL }),
    ...(authority !== undefined && { certificateAuthority: textAt(authority, `${path}.certificateAuthority`) }),
    audiences,
  };
}

const HTTPS = /^https:\/\/[^/?#@\s]+(\/[^?#\s]*)?$/;

function urlAt(value: unknown, path: string): string {
  const text = textAt(value, path);
  if (!HTTPS.test(text)) throw new Refusal(`${path}: is an https:// address without user, query and fragment`);
  return text;
}
