/**
 * Cleans up non-expiring service account tokens that were generated for an account and have not been used for a year:
 * they are marked invalid, and deleted after another year. Manually created ones, which no account lists, stay.
 */
import type { Secret } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { defineController, type Plan, type Snapshot, settled } from "../controller.ts";
import { itemKey, splitItem } from "../item-key.ts";
import { timeOf } from "../time.ts";

const TYPE = "kubernetes.io/service-account-token";
const ACCOUNT_NAME = "kubernetes.io/service-account.name";
const ACCOUNT_UID = "kubernetes.io/service-account.uid";
const LAST_USED = "kubernetes.io/legacy-token-last-used";
const INVALID_SINCE = "kubernetes.io/legacy-token-invalid-since";
/** Records since when use has been tracked. */
export const TRACKING = { namespace: "kube-system", name: "kube-apiserver-legacy-service-account-token-tracking" };

const DAY_MS = 86_400_000;
const YEAR_MS = 365 * DAY_MS;

export const legacyTokenCleaner = defineController({
  name: "legacy-service-account-token-cleaner",
  reads: ["secrets", "configmaps", "serviceaccounts", "pods"],
  writes: ["secrets"],
  itemsOf({ resource, object, snapshot }) {
    if (resource === "secrets") return isToken(object) ? [itemKey(object)] : [];
    if (resource !== "configmaps" || object.metadata.name !== TRACKING.name) return [];
    return snapshot.list("secrets").filter(isToken).map(itemKey);
  },
  reconcile(item, { snapshot, now }) {
    const { namespace, name } = splitItem(item);
    const secret = snapshot.get("secrets", namespace, name);
    return secret && isToken(secret) && !secret.metadata.deletionTimestamp ? plan(secret, snapshot, now) : settled;
  },
});

const isToken = ({ type }: Secret): boolean => type === TYPE;

/** One year after the end of that day; undefined if it is not a date. */
const yearAfter = (day: string | undefined): number | undefined => {
  const start = day !== undefined && /^\d{4}-\d\d-\d\d$/.test(day) ? timeOf(day) : undefined;
  return start === undefined ? undefined : start + DAY_MS + YEAR_MS;
};

function plan(secret: Stored<Secret>, snapshot: Snapshot, now: number): Plan {
  const { namespace = "", name, uid, resourceVersion, labels = {}, creationTimestamp } = secret.metadata;
  const tracked = snapshot.get("configmaps", TRACKING.namespace, TRACKING.name)?.data?.since;
  const unused = [
    yearAfter(tracked),
    (timeOf(creationTimestamp) ?? now) + YEAR_MS,
    ...(labels[LAST_USED] === undefined ? [] : [yearAfter(labels[LAST_USED])]),
  ];
  // A Secret with an invalid date is left alone.
  if (!unused.every((time) => time !== undefined)) return settled;
  const due = Math.max(...unused);
  if (due > now) return { effects: [], wakeAt: due };
  // Accounts and pods change without touching their Secrets: checking once a day is enough.
  if (!isListed(secret, snapshot) || isMounted(secret, snapshot)) return { effects: [], wakeAt: now + DAY_MS };
  const end = yearAfter(labels[INVALID_SINCE]);
  if (end === undefined) {
    const invalidSince = new Date(now).toISOString().slice(0, 10);
    const patch = { metadata: { uid, labels: { [INVALID_SINCE]: invalidSince } } };
    return {
      effects: [{ op: "patch", resource: "secrets", namespace, name, type: "application/merge-patch+json", patch }],
    };
  }
  if (end > now) return { effects: [], wakeAt: end };
  return { effects: [{ op: "delete", resource: "secrets", namespace, name, uid, resourceVersion }] };
}

/** Whether its account lists it, as it lists generated Secrets. */
function isListed(
  { metadata: { namespace = "", name, annotations = {} } }: Stored<Secret>,
  snapshot: Snapshot,
): boolean {
  const account = snapshot.get("serviceaccounts", namespace, annotations[ACCOUNT_NAME] ?? "");
  const uid = annotations[ACCOUNT_UID] ?? "";
  if (!account || (uid !== "" && uid !== account.metadata.uid)) return false;
  return account.secrets?.some((listed) => listed.name === name) ?? false;
}

/** The snapshot lists all Secrets that a pod names among its pull secrets. */
const isMounted = ({ metadata: { namespace = "", name } }: Stored<Secret>, snapshot: Snapshot): boolean =>
  snapshot
    .list("pods", namespace)
    .some(({ spec }) => spec.imagePullSecrets?.some((reference) => reference.name === name) ?? false);
