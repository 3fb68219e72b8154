import type { ApiClient } from "../../client/api-client.ts";
import type { Controller } from "../../worker/controllers/controller.ts";

/** The client acting as a controller. */
export const actingAs = (api: ApiClient, { name, program }: Controller): ApiClient =>
  api.as({
    // Field managers are named after the user agent.
    "user-agent": program ?? "kube-controller-manager",
    "impersonate-user": `system:serviceaccount:kube-system:${name}`,
    // The control plane's own accounts may do whatever their effects need; what they may write is checked before.
    "impersonate-group": "system:serviceaccounts,system:serviceaccounts:kube-system",
  });
