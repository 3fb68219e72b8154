import { X509Certificate } from "node:crypto";
import { type ConnectionOptions, connect, type DetailedPeerCertificate } from "node:tls";
import { connectThrough, proxyFor } from "../../agent/control-plane/outbound-proxy.ts";
import { renderPem } from "../../api/machinery/x509/pem.ts";
import { CliError } from "../cli-error.ts";
import { publicKeyPin } from "../control-plane/certificates.ts";

const TIMEOUT_MS = 10_000;

/**
 * The CA (PEM) of a server whose certificate is self-issued, accepted by its pin alone, like kubeadm's
 * --discovery-token-ca-cert-hash. Undefined without a pin: then a public CA must have signed the certificate.
 */
export async function fetchAuthority(
  server: string,
  pin: string | undefined,
  timeoutMs = TIMEOUT_MS,
): Promise<string | undefined> {
  if (pin === undefined) return undefined;
  if (!/^sha256:[0-9a-f]{64}$/i.test(pin))
    throw new CliError("--ca-cert-hash must be sha256: and 64 hexadecimal digits");
  const { hostname, port } = new URL(server);
  const target = { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port || 443) };
  const proxy = proxyFor(new URL(server), process.env);
  const way: ConnectionOptions = proxy ? { socket: await connectThrough(proxy, target) } : target;
  return new Promise((resolve, reject) => {
    const fail = (message: string) => reject(new CliError(`cannot join ${server}: ${message}`));
    // Nothing is sent over this connection; the pin decides whether the presented certificates are the right ones.
    const socket = connect({ ...way, rejectUnauthorized: false }, () => {
      const shown = chainOf(socket.getPeerCertificate(true));
      socket.destroy();
      const authority = shown.find(({ raw }) => isPinned(raw, pin));
      if (!authority) return fail("no certificate it shows has the key that --ca-cert-hash names");
      resolve(renderPem("CERTIFICATE", authority.raw));
    });
    // Not an option of `connect`, which ignores it for a connection through a proxy.
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)));
    socket.on("error", (error) => fail(error.message));
  });
}

function chainOf(leaf: DetailedPeerCertificate): DetailedPeerCertificate[] {
  const chain: DetailedPeerCertificate[] = [];
  // A self-signed certificate is its own issuer.
  for (let c: DetailedPeerCertificate | undefined = leaf; c && !chain.includes(c); c = c.issuerCertificate)
    chain.push(c);
  return chain;
}

/** The pin covers the whole SubjectPublicKeyInfo, which Node's `pubkey` only is for RSA. */
function isPinned(certificate: Buffer, pin: string): boolean {
  const key = new X509Certificate(certificate).publicKey.export({ type: "spki", format: "der" });
  return publicKeyPin(key) === pin.toLowerCase();
}
