/** The OpenID Connect options of `up` and `deploy`. */
import { readFileSync } from "node:fs";
import { InvalidArgumentError, Option } from "commander";
import { parse } from "yaml";
import { type JwtAuthenticator, parseAuthentication } from "../../api/authentication/config.ts";
import { errorMessage } from "../../api/error-message.ts";

export interface AuthenticationOptions {
  readonly authenticationConfig?: AuthenticationConfig;
}

export interface AuthenticationConfig {
  /** As read from the file. */
  readonly configuration: unknown;
  /** The Worker's binding. */
  readonly bindings: Readonly<Record<string, string>>;
  /** PEMs of the issuers' own CAs. */
  readonly authorities: readonly string[];
}

export const authenticationOption = (): Option =>
  new Option(
    "--authentication-config <file>",
    "accept users of the OpenID Connect issuers in this AuthenticationConfiguration",
  ).argParser(readConfig);

function readConfig(file: string): AuthenticationConfig {
  let value: unknown;
  try {
    value = parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new InvalidArgumentError(`Cannot read it: ${errorMessage(error)}`);
  }
  const parsed = parseAuthentication(value);
  if (!parsed.ok) throw new InvalidArgumentError(parsed.message);
  return {
    configuration: value,
    bindings: { AUTHENTICATION_CONFIG: JSON.stringify({ ...HEAD, jwt: parsed.jwt.map(withoutAuthority) }) },
    authorities: parsed.jwt.flatMap(({ issuer }) => issuer.certificateAuthority ?? []),
  };
}

const HEAD = { apiVersion: "apiserver.config.k8s.io/v1", kind: "AuthenticationConfiguration" };

/** The platform verifies certificates, so the Worker does not need the CA. */
function withoutAuthority({ issuer, ...rest }: JwtAuthenticator): JwtAuthenticator {
  const { certificateAuthority: _, ...of } = issuer;
  const match = of.audiences.length > 1 ? { audienceMatchPolicy: "MatchAny" } : {};
  return { ...rest, issuer: { ...of, ...match } };
}
