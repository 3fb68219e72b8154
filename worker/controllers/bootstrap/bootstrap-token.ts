/** Bootstrap tokens: signs the cluster-info that joining nodes read, and deletes expired tokens. */
import type { ConfigMap, Secret } from "../../../api/generated/core.v1.ts";
import { decodeBase64 } from "../../../api/machinery/encoding/base64.ts";
import { base64Url } from "../../../api/machinery/encoding/base64url.ts";
import { hmacSha256 } from "../../../api/machinery/encoding/hmac-sha256.ts";
import { utf8Bytes } from "../../../api/machinery/encoding/utf8.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { canonicalTime } from "../../../api/machinery/time/time.ts";
import { defineController, settled } from "../controller.ts";
import { itemKey, splitItem } from "../item-key.ts";
import { same } from "../same.ts";
import { earliest, earliestWake } from "../time.ts";

const TYPE = "bootstrap.kubernetes.io/token";
const NAMESPACE = "kube-system";
const INFO = { namespace: "kube-public", name: "cluster-info" };
const SIGNATURE = "jws-kubeconfig-";
const ID_FORM = /^[a-z0-9]{6}$/;

const isToken = (secret: Secret): boolean => secret.type === TYPE;
const field = (secret: Secret, key: string): string => {
  const bytes = decodeBase64(secret.data?.[key] ?? "");
  // These fields are ASCII by their format.
  return typeof bytes === "number" ? "" : String.fromCharCode(...bytes);
};

/** When it expires (ms): never (undefined) if it does not say when, and long ago if that is not a time. */
function expiryOf(secret: Secret): number | undefined {
  const text = field(secret, "expiration");
  if (text === "") return undefined;
  const time = canonicalTime(text, "Time");
  return time.ok ? Date.parse(time.text) : Number.NEGATIVE_INFINITY;
}

/** A JWS (RFC 7515) with detached payload, signed with the token's secret. */
function detachedSignature(content: string, id: string, secret: string): string {
  const header = base64Url(utf8Bytes(JSON.stringify({ alg: "HS256", kid: id })));
  const signed = `${header}.${base64Url(utf8Bytes(content))}`;
  return `${header}..${base64Url(hmacSha256(utf8Bytes(secret), utf8Bytes(signed)))}`;
}

export const bootstrapSigner = defineController({
  name: "bootstrap-signer",
  reads: ["configmaps", "secrets"],
  writes: ["configmaps"],
  itemsOf({ resource, object }) {
    const { namespace, name } = object.metadata;
    if (resource === "secrets") return namespace === NAMESPACE && isToken(object) ? [INFO.name] : [];
    return namespace === INFO.namespace && name === INFO.name ? [INFO.name] : [];
  },
  reconcile(_item, { snapshot, now }) {
    const info = snapshot.get("configmaps", INFO.namespace, INFO.name);
    const content = info?.data?.kubeconfig;
    if (!info || content === undefined) return settled;
    const tokens = snapshot.list("secrets", NAMESPACE).filter((secret) => signs(secret, now));
    const kept = Object.entries(info.data ?? {}).filter(([key]) => !key.startsWith(SIGNATURE));
    const signatures = tokens.map((token): [string, string] => {
      const id = field(token, "token-id");
      return [`${SIGNATURE}${id}`, detachedSignature(content, id, field(token, "token-secret"))];
    });
    const data = Object.fromEntries([...kept, ...signatures]);
    const wake = earliestWake(earliest(...tokens.map(expiryOf)));
    if (same(info.data, data)) return { effects: [], ...wake };
    const object = { ...info, data } as ConfigMap;
    return { effects: [{ op: "update", resource: "configmaps", namespace: INFO.namespace, object }], ...wake };
  },
});

function signs(secret: Stored<Secret>, now: number): boolean {
  if (!isToken(secret) || secret.metadata.deletionTimestamp || field(secret, "usage-bootstrap-signing") !== "true")
    return false;
  const expiry = expiryOf(secret);
  const id = field(secret, "token-id");
  return (
    secret.metadata.name === `bootstrap-token-${id}` &&
    ID_FORM.test(id) &&
    field(secret, "token-secret") !== "" &&
    (expiry === undefined || expiry > now)
  );
}

export const tokenCleaner = defineController({
  name: "token-cleaner",
  reads: ["secrets"],
  writes: ["secrets"],
  itemsOf: ({ object }) => (object.metadata.namespace === NAMESPACE && isToken(object) ? [itemKey(object)] : []),
  reconcile(item, { snapshot, now }) {
    const { namespace, name } = splitItem(item);
    const secret = snapshot.get("secrets", namespace, name);
    const expiry = secret && isToken(secret) ? expiryOf(secret) : undefined;
    if (!secret || expiry === undefined) return settled;
    if (expiry > now) return { effects: [], wakeAt: expiry };
    return { effects: [{ op: "delete", resource: "secrets", namespace, name, uid: secret.metadata.uid }] };
  },
});
