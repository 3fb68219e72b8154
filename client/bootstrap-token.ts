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

/** How a machine that knows nothing yet can tell a control plane with a CA of its own from an impostor. */
export interface OwnAuthority {
  /** `sha256:` and the digest of the CA's public key, for `--ca-cert-hash`. */
  readonly pin: string;
  /** The SHA-256 digest, in hexadecimal, of {@link NODE_SCRIPT}; absent if the control plane does not serve it. */
  readonly script: string | undefined;
}

/** Installs the program of a node. */
export const NODE_SCRIPT = "/sailplane/node.sh";

/** `own` is absent for a server whose certificate is publicly trusted. */
export function joinCommand(server: string, { id, secret }: BootstrapToken, own: OwnAuthority | undefined): string {
  const join = `join ${server} --token ${id}.${secret}`;
  if (!own) return `curl -fsS ${server}${NODE_SCRIPT} | sh -s -- ${join}`;
  const { pin, script } = own;
  const sailplane = script === undefined ? "npx sailplane" : checkedScript(server, script);
  return `${sailplane} ${join} --ca-cert-hash ${pin}`;
}

const checkedScript = (server: string, digest: string): string => {
  const file = "sailplane-node.sh";
  const fetched = `curl -fsSk ${server}${NODE_SCRIPT} -o ${file}`;
  // macOS has shasum, and only recently sha256sum.
  return `${fetched} && echo '${digest}  ${file}' | (sha256sum -c || shasum -a 256 -c) && sh ${file}`;
};

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
