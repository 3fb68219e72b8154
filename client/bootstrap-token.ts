/**
 * The token with which a machine joins, in kubeadm's form `ID.SECRET`, kept as a Secret in kube-system; and the command
 * that uses it.
 */
import type { Secret } from "../api/generated/core.v1.ts";
import { timestamp } from "../api/machinery/time/time.ts";

export interface BootstrapToken {
  readonly id: string;
  readonly secret: string;
}

/** `random` fills bytes. */
export const newBootstrapToken = (random: (bytes: Uint8Array) => void): BootstrapToken => ({
  id: randomText(6, random),
  secret: randomText(16, random),
});

export interface TokenUse {
  /** ms since the epoch; without it the token never expires. */
  readonly expires?: number;
  readonly description?: string;
}

export const bootstrapTokenSecret = ({ id, secret }: BootstrapToken, { expires, description }: TokenUse): Secret => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: `bootstrap-token-${id}`, namespace: "kube-system" },
  type: "bootstrap.kubernetes.io/token",
  stringData: {
    "token-id": id,
    "token-secret": secret,
    ...(expires !== undefined && { expiration: timestamp(expires) }),
    ...(description && { description }),
    "usage-bootstrap-authentication": "true",
    "usage-bootstrap-signing": "true",
    "auth-extra-groups": "system:bootstrappers:sailplane:default-node-token",
  },
});

/** `pin` is the digest of the server's CA, if it has one of its own. */
export const joinCommand = (server: string, { id, secret }: BootstrapToken, pin: string | undefined): string =>
  `npx sailplane join ${server} --token ${id}.${secret}${pin ? ` --ca-cert-hash ${pin}` : ""}`;

const ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789";

/** Without bias: values beyond a multiple of the alphabet's size are drawn again. */
function randomText(length: number, random: (bytes: Uint8Array) => void): string {
  const fair = 256 - (256 % ALPHABET.length);
  const byte = new Uint8Array(1);
  let text = "";
  while (text.length < length) {
    random(byte);
    const [drawn = 0] = byte;
    if (drawn < fair) text += ALPHABET[drawn % ALPHABET.length];
  }
  return text;
}
