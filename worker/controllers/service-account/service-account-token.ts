/**
 * Fills in Secrets that request a service account's token, deletes them with the account, and removes deleted ones from
 * the account's list.
 */
import type { Secret, ServiceAccount } from "../../../api/generated/core.v1.ts";
import { encodeBase64 } from "../../../api/machinery/encoding/base64.ts";
import { utf8Bytes } from "../../../api/machinery/encoding/utf8.ts";
import { defineController, type Plan, type Snapshot, settled } from "../controller.ts";
import { itemKey, splitItem } from "../item-key.ts";

const TYPE = "kubernetes.io/service-account-token";
const ACCOUNT_NAME = "kubernetes.io/service-account.name";
const ACCOUNT_UID = "kubernetes.io/service-account.uid";
/** Marks the item of a Secret that was just deleted: `left:NAMESPACE/SECRET/ACCOUNT`. */
const LEFT = "left:";

export const serviceAccountTokenController = defineController({
  name: "tokens-controller",
  reads: ["secrets", "serviceaccounts"],
  writes: ["secrets", "serviceaccounts"],
  itemsOf({ resource, object, deleted, snapshot }) {
    const { namespace = "", name } = object.metadata;
    if (resource === "secrets") {
      if (object.type !== TYPE) return [];
      const account = object.metadata.annotations?.[ACCOUNT_NAME];
      return deleted && account ? [`${LEFT}${itemKey(object)}/${account}`] : [itemKey(object)];
    }
    return snapshot
      .list("secrets", namespace)
      .filter(({ type, metadata }) => type === TYPE && metadata.annotations?.[ACCOUNT_NAME] === name)
      .map(itemKey);
  },
  reconcile(item, { snapshot, cluster }) {
    if (item.startsWith(LEFT)) return planLeft(item.slice(LEFT.length), snapshot);
    const { namespace, name } = splitItem(item);
    const secret = snapshot.get("secrets", namespace, name);
    if (!secret || secret.type !== TYPE || secret.metadata.deletionTimestamp) return settled;
    const { annotations = {} } = secret.metadata;
    const account = snapshot.get("serviceaccounts", namespace, annotations[ACCOUNT_NAME] ?? "");
    const wantedUid = annotations[ACCOUNT_UID];
    if (!account || (wantedUid !== undefined && wantedUid !== account.metadata.uid))
      return { effects: [{ op: "delete", resource: "secrets", namespace, name, uid: secret.metadata.uid }] };
    const { token, namespace: home, "ca.crt": authority } = secret.data ?? {};
    if (wantedUid !== undefined && token && home && authority === encodeBase64(utf8Bytes(cluster.caBundle)))
      return settled;
    const named: Secret = {
      ...secret,
      metadata: { ...secret.metadata, annotations: { ...annotations, [ACCOUNT_UID]: account.metadata.uid } },
    };
    const what = { kind: "service-account-token", secret: named, serviceAccount: account } as const;
    return { effects: [{ op: "issue", resource: "secrets", namespace, name, what }] };
  },
});

function planLeft(item: string, snapshot: Snapshot): Plan {
  const [namespace = "", secret = "", name = ""] = item.split("/");
  const account = snapshot.get("serviceaccounts", namespace, name);
  const isListed = account?.secrets?.some((each) => each.name === secret);
  if (!account || !isListed || snapshot.get("secrets", namespace, secret)) return settled;
  const { secrets = [], ...rest } = account;
  const kept = secrets.filter((each) => each.name !== secret);
  const object = { ...rest, ...(kept.length > 0 ? { secrets: kept } : {}) } as ServiceAccount;
  return { effects: [{ op: "update", resource: "serviceaccounts", namespace, object }] };
}
