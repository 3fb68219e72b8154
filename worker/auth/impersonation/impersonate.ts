/** Impersonates in the first mode that the requesting user is allowed to use. */
import { ApiError } from "../../api-error.ts";
import { type Authority, authorize } from "../authorize.ts";
import { forbiddenTo } from "../require-permission.ts";
import type { User } from "../user.ts";
import { type ImpersonationRequest, type Mode, modesFor, type Need } from "./modes.ts";

/** Throws the refusal of the first mode, which Kubernetes presumes to be the intended one. */
export async function impersonate(request: ImpersonationRequest, authority: Authority): Promise<Mode> {
  let refusal: ApiError | undefined;
  for (const mode of modesFor(request)) {
    const refused = await firstRefused(mode, request.requestor, authority);
    if (!refused) return mode;
    refusal ??= refused;
  }
  // Catches up, in case a role was granted a moment ago through another isolate.
  await authority.store.confirm();
  throw refusal;
}

async function firstRefused(mode: Mode, requestor: User, authority: Authority): Promise<ApiError | undefined> {
  for (const [first, ...others] of mode.needs) {
    if (!first) continue;
    let refused = await refusalOf(first, requestor, authority);
    if (refused && others.length > 0) {
      refused = undefined;
      for (const need of others) refused ??= await refusalOf(need, requestor, authority);
    }
    if (refused) return refused;
  }
  return undefined;
}

async function refusalOf(need: Need, requestor: User, authority: Authority): Promise<ApiError | undefined> {
  const { attributes, refused } = need;
  if (refused !== undefined) return new ApiError(forbiddenTo(requestor, attributes, refused));
  const decision = await authorize(requestor, attributes, authority);
  return decision.allowed ? undefined : new ApiError(forbiddenTo(requestor, attributes, decision.reason));
}
