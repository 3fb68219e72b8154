/**
 * The certificate of a proxy on this machine, by an authority of its own, which is kept: a program goes on trusting a
 * proxy that was started again.
 */
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { hostname, networkInterfaces } from "node:os";
import { CliError } from "../cli-error.ts";
import { createAuthority, createServingCertificate, type KeyPair } from "../control-plane/certificates.ts";
import { isWildcard } from "../control-plane/identity.ts";
import { writeDurably } from "../control-plane/write-durably.ts";
import { systemReason } from "../system-reason.ts";

export interface ProxyCertificate extends KeyPair {
  /** Of its authority, PEM. */
  readonly ca: string;
}

/** Valid for a year, at the names and addresses that lead to `bind`. */
export function proxyCertificate(authorityFile: string, bind: string, now: Date): ProxyCertificate {
  const authority = readAuthority(authorityFile, now) ?? createAuthority(now);
  try {
    writeDurably(authorityFile, authority.certificate + authority.key);
  } catch (error) {
    throw new CliError(`cannot write ${authorityFile}: ${systemReason(error)}`);
  }
  const own = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address));
  const names = isWildcard(bind) ? [hostname().toLowerCase(), ...own] : [bind];
  const subjects = [...new Set(["localhost", "127.0.0.1", "::1", ...names])]
    .filter((value) => !value.toLowerCase().startsWith("fe80:"))
    .map((value) => ({ type: isIP(value) ? ("ip" as const) : ("dns" as const), value }));
  return { ...createServingCertificate(authority.key, subjects, now), ca: authority.certificate };
}

/** Undefined if there is none, or if it is no longer valid for as long as what it would sign. */
function readAuthority(file: string, now: Date): KeyPair | undefined {
  try {
    const text = readFileSync(file, "utf8");
    const [certificate = "", key = ""] = text.split(/(?<=-----END CERTIFICATE-----\n)/);
    const { validTo } = new X509Certificate(certificate);
    const isValid = Date.parse(validTo) - now.getTime() > 366 * 86_400_000;
    return isValid && key.includes("PRIVATE KEY") ? { certificate, key } : undefined;
  } catch {
    return undefined;
  }
}
