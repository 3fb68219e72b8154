/**
 * TLS to a server whose certificate is verified like Go verifies it. OpenSSL takes a certificate for self-signed if its
 * issuer has the same name as its subject, unless an authority key identifier says otherwise. Go looks for the CA whose
 * key made the signature. Webhooks that generate their certificates with knative's library (Tekton's, Knative's) have a
 * CA of their own name.
 */
import { X509Certificate } from "node:crypto";
import { type ConnectionOptions, checkServerIdentity, connect, type PeerCertificate, type TLSSocket } from "node:tls";

export interface VerifiedOptions extends ConnectionOptions {
  /** PEM certificates to trust; absent: the public CAs. */
  readonly ca?: string;
}

/** Node.js' code for a certificate that OpenSSL takes for self-signed. */
export const SELF_SIGNED = "DEPTH_ZERO_SELF_SIGNED_CERT";

/**
 * Without the subject's common name, which Node.js would take for a name of the server if there is no other. The error
 * has the whole certificate.
 */
function checkIdentity(name: string, certificate: PeerCertificate): Error | undefined {
  const problem = checkServerIdentity(name, { ...certificate, subject: {} });
  return problem && Object.assign(problem, { cert: certificate });
}

/**
 * Go trusts each certificate of a bundle, OpenSSL only root CAs unless told so. The suites of controller-runtime give
 * their server's own certificate as the bundle. Node.js before 20.18 does not know the option.
 */
export const LIKE_GO = { allowPartialTrustChain: true, checkServerIdentity: checkIdentity } as const;

/** Rejects with Node.js' errors, which have a `code`. */
export function connectVerified(options: VerifiedOptions): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const secure = connect({ ...options, ...LIKE_GO, rejectUnauthorized: false });
    secure.once("error", reject);
    secure.once("secureConnect", () => {
      const problem = secure.authorized ? undefined : problemOf(secure, options);
      if (problem) secure.destroy(problem);
      else resolve(secure);
    });
  });
}

function problemOf(secure: TLSSocket, { servername, host = "localhost", ca = "" }: VerifiedOptions): Error | undefined {
  const code = String(secure.authorizationError);
  const mismatch = checkIdentity(servername ?? host, secure.getPeerCertificate());
  const isMismatch = mismatch !== undefined && "code" in mismatch && mismatch.code === code;
  if (isMismatch || (code === SELF_SIGNED && isSignedByNamesake(secure.getPeerX509Certificate(), ca))) return mismatch;
  return Object.assign(new Error(code), { code });
}

const CERTIFICATES = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

function isSignedByNamesake(leaf: X509Certificate | undefined, authorities: string): boolean {
  if (!leaf || !isCurrent(leaf) || !mayServe(leaf)) return false;
  return (authorities.match(CERTIFICATES) ?? [])
    .flatMap(readable)
    .some((ca) => ca.ca && isCurrent(ca) && mayServe(ca) && leaf.checkIssued(ca) && leaf.verify(ca.publicKey));
}

/** A bundle may have certificates that cannot be read. Nothing may be thrown: this runs in a socket's listener. */
function readable(pem: string): readonly X509Certificate[] {
  try {
    return [new X509Certificate(pem)];
  } catch {
    return [];
  }
}

const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
/** The identifier of the extension, in DER: constraints on names are not evaluated here, so such a CA is not accepted. */
const NAME_CONSTRAINTS = Buffer.from([0x06, 0x03, 0x55, 0x1d, 0x1e]);

/** Node.js' `keyUsage` is the extended one. */
const mayServe = ({ keyUsage, raw }: X509Certificate): boolean =>
  keyUsage?.includes(SERVER_AUTH) !== false && !raw.includes(NAME_CONSTRAINTS);

function isCurrent({ validFrom, validTo }: X509Certificate): boolean {
  const now = Date.now();
  return Date.parse(validFrom) <= now && now <= Date.parse(validTo);
}
