/** A certificate whose issuer has the name of its subject, and no authority key identifier: as knative's library makes them. */
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import {
  assemble,
  commonName,
  extendedKeyUsage,
  extensions,
  keyUsage,
  toBeSigned,
} from "../../api/machinery/x509/certificate.ts";
import * as der from "../../api/machinery/x509/der.ts";
import { renderPem } from "../../api/machinery/x509/pem.ts";

const DAY_MS = 86_400_000;

/** PEM. */
export interface Namesake {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

interface NamesakeOptions {
  /** Days from now until which it is valid. */
  readonly days?: number;
  readonly usage?: string;
  /** Whether it names what it is for, other than as its subject. */
  readonly named?: boolean;
  /** More extensions of its CA, DER. */
  readonly constraints?: readonly Uint8Array[];
}

/** For the DNS name `name` and 127.0.0.1. */
export function createNamesake(
  name: string,
  { days = 1, usage = extendedKeyUsage.serverAuth, named = true, constraints = [] }: NamesakeOptions = {},
): Namesake {
  const authority = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const own = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const signed = (publicKey: KeyObject, until: number, more: readonly Uint8Array[]): string => {
    const content = toBeSigned({
      serial: randomBytes(16),
      issuer: commonName(name),
      subject: commonName(name),
      from: new Date(Date.now() - 10 * DAY_MS),
      until: new Date(Date.now() + until * DAY_MS),
      publicKey: publicKey.export({ type: "spki", format: "der" }),
      extensions: more,
    });
    return renderPem("CERTIFICATE", assemble(content, sign("sha256", content, authority.privateKey)));
  };
  const names = der.sequence(der.implicit(2, Buffer.from(name)), der.implicit(7, Uint8Array.of(127, 0, 0, 1)));
  return {
    ca: signed(authority.publicKey, 1, [
      extensions.authority(),
      extensions.usage(keyUsage.keyCertSign),
      ...constraints,
    ]),
    certificate: signed(own.publicKey, days, [
      extensions.noAuthority(),
      extensions.extendedUsage(usage),
      ...(named ? [extensions.alternativeNames(names)] : []),
    ]),
    key: own.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}
