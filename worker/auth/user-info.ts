import type { UserInfo } from "../../api/generated/authentication.v1.ts";
import type { User } from "./user.ts";

/** authentication.k8s.io/v1 UserInfo, with its fields in Kubernetes' order. */
export const userInfo = ({ name, uid, groups, extra }: User): UserInfo => ({
  username: name,
  ...(uid ? { uid } : {}),
  ...(groups.length > 0 ? { groups: [...groups] } : {}),
  ...(extra ? { extra: Object.fromEntries(Object.entries(extra).map(([key, values]) => [key, [...values]])) } : {}),
});
