/** Bootstrap tokens: `ID.SECRET`, kept in Secrets of kube-system as in Kubernetes and kubeadm. */
import type { Secret } from "../../../api/generated/core.v1.ts";
import type { StoreClient } from "../../storage/store-client.ts";
import { AUTHENTICATED, type User } from "../user.ts";
import { sameSecret } from "./secret.ts";

const FORM = /^([a-z0-9]{6})\.([a-z0-9]{16})$/;
const TYPE = "bootstrap.kubernetes.io/token";
const BOOTSTRAPPERS = "system:bootstrappers";
const GROUP_FORM = /^system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]$/;

export const isBootstrapToken = (token: string): boolean => FORM.test(token);

/** Returns undefined for a token that is unknown, expired or not meant for authentication. */
export async function bootstrapUser(token: string, store: StoreClient, now: number): Promise<User | undefined> {
  const [, id = "", secret = ""] = FORM.exec(token) ?? [];
  const { entry } = await store.read({ resource: "secrets", namespace: "kube-system", name: `bootstrap-token-${id}` });
  if (!entry) return undefined;
  const { type, data = {}, metadata } = JSON.parse(entry.text) as Secret;
  const value = (key: string) => atob(data[key] ?? "");
  if (type !== TYPE || metadata.deletionTimestamp || value("token-id") !== id) return undefined;
  if (!(await sameSecret(value("token-secret"), secret))) return undefined;
  if (value("usage-bootstrap-authentication") !== "true") return undefined;
  const expiration = value("expiration");
  if (expiration !== "" && !(Date.parse(expiration) > now)) return undefined;
  const extra = value("auth-extra-groups")
    .split(",")
    .filter((group) => GROUP_FORM.test(group));
  return { name: `system:bootstrap:${id}`, groups: [BOOTSTRAPPERS, ...extra, AUTHENTICATED] };
}
