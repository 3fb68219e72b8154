/** The command that makes a machine a node, with a new bootstrap token like that of `sailplane token create`. */
import type { ConfigMap, Secret } from "../../api/generated/core.v1.ts";
import { childrenOf, elementsOf } from "../../api/machinery/x509/der-reader.ts";
import { parsePem } from "../../api/machinery/x509/pem.ts";
import type { Outcome } from "../../client/api-client.ts";
import {
  bootstrapTokenSecret,
  joinCommand,
  NODE_SCRIPT,
  newBootstrapToken,
  type OwnAuthority,
} from "../../client/bootstrap-token.ts";
import { addressForOthers, FLAGS_PATH, FLAGS_TYPE, type Flagz } from "../../client/join-address.ts";
import { api, prefix, read } from "../api/connection.ts";

const DAY_MS = 86_400_000;

export interface JoinCommand {
  readonly command: string;
  /** Whether other machines can reach the control plane at all. */
  readonly forOthers: boolean;
}

export async function makeJoinCommand(): Promise<Outcome<JoinCommand>> {
  const token = newBootstrapToken((bytes) => crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>));
  const made = await api.create<Secret>(
    { resource: "secrets", namespace: "kube-system" },
    bootstrapTokenSecret(token, { expires: Date.now() + DAY_MS, description: "made in the dashboard" }),
  );
  if (!made.ok) return made;
  // A control plane with a publicly trusted certificate has no CA of its own.
  const authority = await api.get<ConfigMap>({
    resource: "configmaps",
    namespace: "kube-system",
    name: "kube-root-ca.crt",
  });
  const own = authority.ok ? await ownAuthority(authority.object.data?.["ca.crt"] ?? "") : undefined;
  const here = location.origin + prefix;
  const server = await serverForOthers(here);
  return { ok: true, object: { command: joinCommand(server ?? here, token, own), forOthers: server !== undefined } };
}

async function serverForOthers(here: string): Promise<string | undefined> {
  const response = await read(FLAGS_PATH, { accept: FLAGS_TYPE });
  return addressForOthers(here, response.ok ? ((await response.json()) as Flagz) : {});
}

/** Undefined without a certificate. */
async function ownAuthority(pem: string): Promise<OwnAuthority | undefined> {
  const [certificate] = elementsOf(parsePem("CERTIFICATE", btoa(pem)) ?? new Uint8Array());
  const [signed] = childrenOf(certificate);
  // version [0], serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo (RFC 5280 4.1)
  const publicKey = childrenOf(signed)[6];
  if (!publicKey) return undefined;
  const script = await read(NODE_SCRIPT);
  return {
    pin: `sha256:${await sha256(new Uint8Array(publicKey.whole))}`,
    script: script.ok ? await sha256(await script.arrayBuffer()) : undefined,
  };
}

/** In hexadecimal. */
async function sha256(bytes: BufferSource): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
