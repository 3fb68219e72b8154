import type { RequestContext } from "../request-context.ts";
import { mutateWith } from "./mutate-with.ts";
import { newAdmissionRequest } from "./new-admission-request.ts";
import type { AdmissionPlugin } from "./plugin.ts";
import { mutatingPolicies } from "./policies/mutating-policies.ts";
import { validatingPolicies } from "./policies/validating-policies.ts";
import { mutatingWebhooks } from "./webhooks/mutating-webhooks.ts";
import { validatingWebhooks } from "./webhooks/validating-webhooks.ts";

/** The only plugins that look at connections. */
const PLUGINS: readonly AdmissionPlugin[] = [
  mutatingPolicies,
  mutatingWebhooks,
  validatingPolicies,
  validatingWebhooks,
];

/**
 * Admits a connection to a pod, a service or a node (exec, attach, port-forward, proxy). Plugins see its options, an
 * object such as PodExecOptions.
 */
export async function admitConnect(context: RequestContext, kind: string, options: object): Promise<void> {
  const { path } = context;
  const request = newAdmissionRequest(context, {
    operation: "CONNECT",
    subresource: path.subresource,
    name: path.name,
    object: { kind, apiVersion: "v1", metadata: {}, ...withoutUnset(options) },
    old: undefined,
    dryRun: false,
  });
  await mutateWith(PLUGINS, request);
  for (const plugin of PLUGINS) if (plugin.handles(request)) await plugin.validate?.(request);
}

/** Omits unset options, as Go does. */
const withoutUnset = (options: object) =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== false && value !== "" && value !== null));
