/**
 * A node's own credential: a random token whose digest is stored under the node's name. Credentials are part of policy,
 * so each isolate has them at hand, and one that is deleted (with its Node) is refused from the very next request on.
 */

import { base64Url, fromBase64Url } from "../../../api/machinery/encoding/base64url.ts";
import type { KubeObject } from "../../../api/machinery/meta.ts";
import { NODE_CREDENTIALS } from "../../policy/internal-resources.ts";
import type { PolicySnapshot } from "../../policy/snapshot.ts";
import type { ObjectStore } from "../../storage/object-store.ts";
import { AUTHENTICATED, type User } from "../user.ts";
import { hasDigest } from "./secret.ts";

export interface NodeCredential extends KubeObject {
  readonly sha256: string;
  /** RFC 3339. */
  readonly expires: string;
  /** The previous credential, for a node that did not receive the answer to its renewal. */
  readonly previous?: { readonly sha256: string; readonly expires: string };
}

const PREFIX = "sailplane-node";

/** `sailplane-node.NAME.SECRET`, the name in base64url. */
export function newNodeToken(node: string): string {
  const secret = base64Url(crypto.getRandomValues(new Uint8Array(32)));
  return `${PREFIX}.${base64Url(new TextEncoder().encode(node))}.${secret}`;
}

const FORM = /^sailplane-node\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]{43}$/;

export const isNodeToken = (token: string): boolean => FORM.test(token);

export async function nodeUser(
  token: string,
  { policy, store, now }: { readonly policy: PolicySnapshot; readonly store: ObjectStore; readonly now: number },
): Promise<User | undefined> {
  const name = nodeOf(token);
  const credential = name === undefined ? undefined : policy.get<NodeCredential>(NODE_CREDENTIALS, "", name);
  for (const each of [credential, credential?.previous]) {
    if (each && Date.parse(each.expires) > now && (await hasDigest(token, each.sha256))) {
      return { name: `system:node:${name}`, groups: ["system:nodes", AUTHENTICATED] };
    }
  }
  // Catches up, in case the node joined a moment ago through another isolate.
  await store.confirm();
  return undefined;
}

function nodeOf(token: string): string | undefined {
  const bytes = fromBase64Url(FORM.exec(token)?.[1] ?? "");
  return bytes && new TextDecoder().decode(bytes);
}
