/** The command that makes a machine a node: a fresh bootstrap token, as `sailplane token create` makes it. */
import type { ConfigMap, Secret } from "../../api/generated/core.v1.ts";
import { elementsOf, within } from "../../api/machinery/x509/der-reader.ts";
import { parsePem } from "../../api/machinery/x509/pem.ts";
import type { Outcome } from "../../client/api-client.ts";
import { api, prefix } from "../api/connection.ts";

const DAY_MS = 86_400_000;
const ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789";

export async function makeJoinCommand(): Promise<Outcome<string>> {
  const [id, secret] = [randomText(6), randomText(16)];
  const made = await api.create<Secret>(
    { resource: "secrets", namespace: "kube-system" },
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: `bootstrap-token-${id}`, namespace: "kube-system" },
      type: "bootstrap.kubernetes.io/token",
      stringData: {
        "token-id": id,
        "token-secret": secret,
        expiration: new Date(Date.now() + DAY_MS).toISOString().replace(/\.\d+Z$/, "Z"),
        description: "made in the dashboard",
        "usage-bootstrap-authentication": "true",
        "auth-extra-groups": "system:bootstrappers:sailplane:default-node-token",
      },
    },
  );
  if (!made.ok) return made;
  // A control plane with a certificate that the world knows has no authority of its own.
  const authority = await api.get<ConfigMap>({
    resource: "configmaps",
    namespace: "kube-system",
    name: "kube-root-ca.crt",
  });
  const pin = authority.ok ? await pinOf(authority.object.data?.["ca.crt"] ?? "") : undefined;
  return { ok: true, object: renderJoinCommand(location.origin + prefix, `${id}.${secret}`, pin) };
}

export const renderJoinCommand = (server: string, token: string, pin: string | undefined): string =>
  `npx sailplane join ${server} --token ${token}${pin === undefined ? "" : ` --ca-cert-hash ${pin}`}`;

/** kubeadm's form, `sha256:` and the digest of the certificate's SubjectPublicKeyInfo; undefined without a certificate. */
export async function pinOf(pem: string): Promise<string | undefined> {
  const [certificate] = elementsOf(parsePem("CERTIFICATE", btoa(pem)) ?? new Uint8Array());
  const [signed] = within(certificate);
  // version [0], serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo (RFC 5280 4.1)
  const publicKey = within(signed)[6];
  if (!publicKey) return undefined;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array(publicKey.whole)));
  return `sha256:${Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** Without a bias: what does not divide evenly is drawn again. */
function randomText(length: number): string {
  const fair = 256 - (256 % ALPHABET.length);
  let text = "";
  while (text.length < length) {
    const [byte = 0] = crypto.getRandomValues(new Uint8Array(1));
    if (byte < fair) text += ALPHABET[byte % ALPHABET.length];
  }
  return text;
}
