import { createHash, createPrivateKey, randomBytes, randomInt, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { hostname, networkInterfaces } from "node:os";
import { parseKubeconfig } from "../kubeconfig.ts";
import { createAuthority, createServingCertificate, type Subject } from "./certificates.ts";
import type { DataDirectory } from "./data-directory.ts";

/** A control plane's keys and certificates, as PEM; the administrator's token itself is only in the kubeconfig. */
export interface Identity {
  readonly ca: string;
  readonly certificateChain: string;
  readonly certificateKey: string;
  readonly adminToken: string;
  /** The keys that Secrets and private keys are encrypted with at rest; the first one encrypts. */
  readonly encryptionKeys: string;
}

/** What the serving certificate must be valid for, besides this machine's own names and addresses. */
export interface Reach {
  readonly bind: string;
  /** Names in other machines' DNS, and addresses that forward here. */
  readonly names?: readonly string[];
}

/**
 * Loads the identity from a data directory, creating what is missing, and a new serving certificate when it must
 * change.
 */
export function loadIdentity(directory: DataDirectory, reach: Reach, now: Date): Identity {
  let ca = directory.read("ca.crt");
  let caKey = directory.read("ca.key");
  if (!ca || !caKey) {
    const authority = createAuthority(now);
    ca = authority.certificate;
    caKey = authority.key;
    directory.writeKey("ca.key", caKey);
    directory.write("ca.crt", ca);
  }

  const subjects = subjectsOf(reach);
  let certificateChain = directory.read("server.crt");
  let certificateKey = directory.read("server.key");
  const wanted = { ca, key: certificateKey ?? "", subjects, now };
  if (!certificateChain || !certificateKey || !isCurrent(certificateChain, wanted)) {
    const serving = createServingCertificate(caKey, subjects, now);
    // The authority goes with it, so that `sailplane join` can check it against --ca-cert-hash.
    certificateChain = serving.certificate + ca;
    certificateKey = serving.key;
    directory.write("server.key", certificateKey);
    directory.write("server.crt", certificateChain);
  }

  const adminToken = parseKubeconfig(directory.read("kubeconfig") ?? "")?.token ?? createToken();
  let encryptionKeys = directory.read(ENCRYPTION_KEYS)?.trim();
  if (!encryptionKeys) {
    encryptionKeys = createEncryptionKey();
    directory.writeKey(ENCRYPTION_KEYS, `${encryptionKeys}\n`);
  }
  return { ca, certificateChain, certificateKey, adminToken, encryptionKeys };
}

/** The Worker's secrets, by binding. It knows the administrator's token by its hash only. */
export function secretsOf(identity: Identity): Record<string, string> {
  return {
    ADMIN_TOKEN_SHA256: createHash("sha256").update(identity.adminToken).digest("hex"),
    CLUSTER_CA: identity.ca,
    ENCRYPTION_KEYS: identity.encryptionKeys,
  };
}

/** `ID:BASE64`. The id is random: a key that was made again must not be taken for the one that was lost. */
export const createEncryptionKey = (): string => `${randomInt(1, 2 ** 31)}:${randomBytes(32).toString("base64")}`;

export const ENCRYPTION_KEYS = "encryption.keys";

const createToken = (): string => randomBytes(32).toString("base64url");

interface Wanted {
  /** PEM, like the key. */
  readonly ca: string;
  readonly key: string;
  readonly subjects: readonly Subject[];
  readonly now: Date;
}

/** A loss of power may have cut a file off. */
function unlessUnreadable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function isCurrent(chain: string, { ca, key, subjects, now }: Wanted): boolean {
  const authority = new X509Certificate(ca).publicKey;
  const certificate = unlessUnreadable(() => new X509Certificate(chain));
  const privateKey = unlessUnreadable(() => createPrivateKey(key));
  const month = 30 * 86_400_000;
  return (
    certificate !== undefined &&
    privateKey !== undefined &&
    certificate.verify(authority) &&
    // They are two files, and a start may be killed between writing them.
    certificate.checkPrivateKey(privateKey) &&
    Date.parse(certificate.validTo) - now.getTime() > month &&
    subjects.every(({ type, value }) =>
      type === "ip" ? certificate.checkIP(value) !== undefined : certificate.checkHost(value) !== undefined,
    )
  );
}

/** Every name under which this machine, or a pod, may reach the control plane. */
function subjectsOf({ bind, names = [] }: Reach): Subject[] {
  const addresses = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .map(({ address }) => address)
    .filter((address) => !address.toLowerCase().startsWith("fe80:"));
  const machine = hostname().toLowerCase();
  const subjects = [
    "localhost",
    "127.0.0.1",
    "::1",
    machine,
    // Where the network has multicast DNS.
    ...(machine.includes(".") ? [] : [`${machine}.local`]),
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    "kubernetes.default.svc.cluster.local",
    // The first address of the service network, which the Service `kubernetes` gets.
    "10.96.0.1",
    ...(isWildcard(bind) ? [] : [bind]),
    ...addresses,
    ...names,
  ];
  return [...new Set(subjects)].map((value) => ({ type: isIP(value) ? ("ip" as const) : ("dns" as const), value }));
}

export const isWildcard = (bind: string): boolean => bind === "0.0.0.0" || bind === "::";
