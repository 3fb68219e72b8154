/** The OpenID Connect options of `up` and `deploy`. */

import { X509Certificate } from "node:crypto";
import { InvalidArgumentError, Option } from "commander";
import { type JwtAuthenticator, parseAuthentication } from "../../api/authentication/config.ts";
import { readYaml } from "./read-yaml.ts";

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
  const configuration = readYaml(file);
  const parsed = parseAuthentication(configuration);
  if (!parsed.ok) throw new InvalidArgumentError(parsed.message);
  return {
    configuration,
    bindings: { AUTHENTICATION_CONFIG: JSON.stringify({ ...HEAD, jwt: parsed.jwt.map(withoutAuthority) }) },
    authorities: parsed.jwt.flatMap(({ issuer }, i) => certificatesIn(issuer.certificateAuthority, i)),
  };
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

function certificatesIn(pem: string | undefined, issuer: number): readonly string[] {
  const found = pem?.match(CERTIFICATE) ?? [];
  if (pem !== undefined && !(found.length > 0 && found.every(isCertificate)))
    throw new InvalidArgumentError(
      `jwt[${issuer}].issuer.certificateAuthority: is the PEM of one or more certificates`,
    );
  return found;
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem) !== undefined;
  } catch {
    return false;
  }
}

const HEAD = { apiVersion: "apiserver.config.k8s.io/v1", kind: "AuthenticationConfiguration" };

/** The platform verifies certificates, so the Worker does not need the CA. */
function withoutAuthority({ issuer, ...rest }: JwtAuthenticator): JwtAuthenticator {
  const { certificateAuthority: _, ...of } = issuer;
  const match = of.audiences.length > 1 ? { audienceMatchPolicy: "MatchAny" } : {};
  return { ...rest, issuer: { ...of, ...match } };
}
