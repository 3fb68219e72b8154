/** Bootstrap tokens: `ID.SECRET`, kept in Secrets of kube-system as in Kubernetes and kubeadm. */
import type { Secret } from "../../../api/generated/core.v1.ts";
import { canonicalTime } from "../../../api/machinery/time/time.ts";
import type { ObjectStore } from "../../storage/object-store.ts";
import { AUTHENTICATED, type User } from "../user.ts";
import { sameSecret } from "./secret.ts";

const FORM = /^([a-z0-9]{6})\.([a-z0-9]{16})$/;
const TYPE = "bootstrap.kubernetes.io/token";
const BOOTSTRAPPERS = "system:bootstrappers";
const GROUP_FORM = /^system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]$/;

export const isBootstrapToken = (token: string): boolean => FORM.test(token);

/** Returns undefined for a token that is unknown, expired or not meant for authentication. */
export async function bootstrapUser(token: string, store: ObjectStore, now: number): Promise<User | undefined> {
  const [, id = "", secret = ""] = FORM.exec(token) ?? [];
  const { entry } = await store.read({ resource: "secrets", namespace: "kube-system", name: `bootstrap-token-${id}` });
  if (!entry) return undefined;
  const { type, data = {}, metadata } = JSON.parse(entry.text) as Secret;
  const value = (key: string) => atob(data[key] ?? "");
  if (type !== TYPE || metadata.deletionTimestamp || value("token-id") !== id) return undefined;
  if (!(await sameSecret(value("token-secret"), secret))) return undefined;
  if (value("usage-bootstrap-authentication") !== "true") return undefined;
  const expiration = value("expiration");
  if (expiration !== "" && !(expiryOf(expiration) > now)) return undefined;
  const groups = value("auth-extra-groups");
  const extra = groups === "" ? [] : groups.split(",");
  if (!extra.every((group) => GROUP_FORM.test(group))) return undefined;
  return { name: `system:bootstrap:${id}`, groups: [BOOTSTRAPPERS, ...extra, AUTHENTICATED] };
}

/** In ms. What is not a time has passed. */
function expiryOf(expiration: string): number {
  const time = canonicalTime(expiration, "Time");
  return time.ok ? Date.parse(time.text) : Number.NEGATIVE_INFINITY;
}
