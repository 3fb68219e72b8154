/**
 * A node's own credential: a random token whose digest is stored under the node's name. Credentials are policy, so each
 * isolate has them at hand, and one that is taken away (with its Node) is refused from the very next request on.
 */

import { base64Url } from "../../api/machinery/base64url.ts";
import type { KubeObject } from "../../api/machinery/meta.ts";
import type { PolicySnapshot } from "../policy/snapshot.ts";
import { hasDigest } from "./secret.ts";
import { AUTHENTICATED, type User } from "./user.ts";

/** An internal resource: no URL reaches it. */
export const NODE_CREDENTIALS = "nodecredentials.sailplane.dev";

export interface NodeCredential extends KubeObject {
  readonly sha256: string;
  /** RFC 3339. */
  readonly expires: string;
}

const PREFIX = "sailplane-node";

/** `sailplane-node.NAME.SECRET`, the name in base64url. */
export function newNodeToken(node: string): string {
  const secret = base64Url(crypto.getRandomValues(new Uint8Array(32)));
  return `${PREFIX}.${base64Url(new TextEncoder().encode(node))}.${secret}`;
}

const FORM = /^sailplane-node\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]{43}$/;

export const isNodeToken = (token: string): boolean => FORM.test(token);

export async function nodeUser(token: string, policy: PolicySnapshot, now: number): Promise<User | undefined> {
  const encoded = FORM.exec(token)?.[1] ?? "";
  const name = atob(encoded.replaceAll("-", "+").replaceAll("_", "/"));
  const credential = policy.get<NodeCredential>(NODE_CREDENTIALS, "", name);
  if (!credential || Date.parse(credential.expires) <= now) return undefined;
  if (!(await hasDigest(token, credential.sha256))) return undefined;
  return { name: `system:node:${name}`, groups: ["system:nodes", AUTHENTICATED] };
}
