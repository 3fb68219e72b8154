/**
 * Who may vouch for users: the part of Kubernetes' AuthenticationConfiguration (apiserver.config.k8s.io/v1) that is about
 * tokens of OpenID Connect issuers, by claims. CEL expressions are refused by name.
 */

export interface ClaimOrPrefix {
  readonly claim: string;
  readonly prefix?: string;
}

export interface JwtAuthenticator {
  readonly issuer: {
    readonly url: string;
    /** Where its discovery document is, where that is not below `url`. */
    readonly discoveryURL?: string;
    /** PEM of the authority of its certificate, where that is not a public one. */
    readonly certificateAuthority?: string;
    readonly audiences: readonly string[];
  };
  readonly claimValidationRules?: readonly { readonly claim: string; readonly requiredValue: string }[];
  readonly claimMappings: {
    readonly username: ClaimOrPrefix;
    readonly groups?: ClaimOrPrefix;
    readonly uid?: { readonly claim: string };
  };
}

type Parsed =
  | { readonly ok: true; readonly jwt: readonly JwtAuthenticator[] }
  | { readonly ok: false; readonly message: string };

/** Refuses what would be read otherwise than it was meant, with the path of the field. */
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

class Refusal extends Error {}

function parseJwt(value: unknown, path: string): JwtAuthenticator {
  const jwt = objectAt(value, path, ["issuer", "claimValidationRules", "claimMappings"]);
  const mappings = objectAt(jwt.claimMappings, `${path}.claimMappings`, ["username", "groups", "uid"]);
  const mapping = (name: string): ClaimOrPrefix => {
    const at = `${path}.claimMappings.${name}`;
    const { claim, prefix } = objectAt(mappings[name], at, ["claim", "prefix"]);
    // Kubernetes asks for it, so that nobody forgets that an issuer could name system:masters.
    return { claim: textAt(claim, `${at}.claim`), prefix: textAt(prefix, `${at}.prefix`, "may be empty") };
  };
  const uid = mappings.uid === undefined ? undefined : objectAt(mappings.uid, `${path}.claimMappings.uid`, ["claim"]);
  const rules =
    jwt.claimValidationRules === undefined ? [] : listAt(jwt.claimValidationRules, `${path}.claimValidationRules`);
  return {
    issuer: parseIssuer(jwt.issuer, `${path}.issuer`),
    claimValidationRules: rules.map((rule, i) => {
      const at = `${path}.claimValidationRules[${i}]`;
      const { claim, requiredValue } = objectAt(rule, at, ["claim", "requiredValue"]);
      return {
        claim: textAt(claim, `${at}.claim`),
        requiredValue: textAt(requiredValue, `${at}.requiredValue`, "may be empty"),
      };
    }),
    claimMappings: {
      username: mapping("username"),
      ...(mappings.groups !== undefined && { groups: mapping("groups") }),
      ...(uid && { uid: { claim: textAt(uid.claim, `${path}.claimMappings.uid.claim`) } }),
    },
  };
}

const ISSUER = ["url", "discoveryURL", "certificateAuthority", "audiences", "audienceMatchPolicy"];

function parseIssuer(value: unknown, path: string): JwtAuthenticator["issuer"] {
  const issuer = objectAt(value, path, ISSUER);
  const audiences = listAt(issuer.audiences, `${path}.audiences`).map((each, i) =>
    textAt(each, `${path}.audiences[${i}]`),
  );
  if (audiences.length === 0) throw new Refusal(`${path}.audiences: names one at least`);
  if (audiences.length > 1 && issuer.audienceMatchPolicy !== "MatchAny")
    throw new Refusal(`${path}.audienceMatchPolicy: must be MatchAny for more than one audience`);
  const authority = issuer.certificateAuthority;
  return {
    url: urlAt(issuer.url, `${path}.url`),
    ...(issuer.discoveryURL !== undefined && { discoveryURL: urlAt(issuer.discoveryURL, `${path}.discoveryURL`) }),
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

function objectAt(value: unknown, path: string, fields: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Refusal(`${path || "an authentication configuration"}: is an object`);
  for (const key of Object.keys(value)) {
    if (fields.includes(key)) continue;
    throw new Refusal(`${path === "" ? "" : `${path}.`}${key}: is not supported by this server`);
  }
  return value as Record<string, unknown>;
}

function listAt(value: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Refusal(`${path}: is a list`);
  return value;
}

function textAt(value: unknown, path: string, empty?: "may be empty"): string {
  if (typeof value !== "string" || (value === "" && !empty))
    throw new Refusal(`${path}: is a text${empty ? "" : ", not empty"}`);
  return value;
}
