/** Fills in the secrets that ask for a service account's token, and removes them with the account. */
import type { Secret, ServiceAccount } from "../../../api/generated/core.v1.ts";
import { type Controller, settled } from "../controller.ts";
import { itemKey, splitItem } from "../item-key.ts";

const TYPE = "kubernetes.io/service-account-token";
const ACCOUNT_NAME = "kubernetes.io/service-account.name";
const ACCOUNT_UID = "kubernetes.io/service-account.uid";

export const serviceAccountTokenController: Controller = {
  name: "tokens-controller",
  reads: ["secrets", "serviceaccounts"],
  writes: ["secrets"],
  itemsOf({ resource, object, snapshot }) {
    const { namespace = "", name } = object.metadata;
    if (resource === "secrets") return (object as Secret).type === TYPE ? [itemKey(object)] : [];
    return snapshot
      .list<Secret>("secrets", namespace)
      .filter(({ type, metadata }) => type === TYPE && metadata.annotations?.[ACCOUNT_NAME] === name)
      .map(itemKey);
  },
  reconcile(item, { snapshot }) {
    const { namespace, name } = splitItem(item);
    const secret = snapshot.get<Secret>("secrets", namespace, name);
    if (!secret || secret.type !== TYPE || secret.metadata.deletionTimestamp) return settled;
    const { annotations = {} } = secret.metadata;
    const account = snapshot.get<ServiceAccount>("serviceaccounts", namespace, annotations[ACCOUNT_NAME] ?? "");
    const wantedUid = annotations[ACCOUNT_UID];
    if (!account || (wantedUid !== undefined && wantedUid !== account.metadata.uid))
      return { effects: [{ op: "delete", resource: "secrets", namespace, name, uid: secret.metadata.uid }] };
    if (wantedUid !== undefined && secret.data?.token && secret.data.namespace) return settled;
    const named: Secret = {
      ...secret,
      metadata: { ...secret.metadata, annotations: { ...annotations, [ACCOUNT_UID]: account.metadata.uid } },
    };
    const what = { kind: "service-account-token", secret: named, serviceAccount: account } as const;
    return { effects: [{ op: "issue", resource: "secrets", namespace, name, what }] };
  },
};
