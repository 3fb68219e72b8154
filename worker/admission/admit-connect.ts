import type { KubeObject } from "../../api/machinery/meta.ts";
import type { RequestContext } from "../request-context.ts";
import { KeyedReads } from "./keyed-reads.ts";
import { mutateWith } from "./mutate-with.ts";
import type { AdmissionPlugin, AdmissionRequest } from "./plugin.ts";
import { mutatingPolicies } from "./policies/mutating-policies.ts";
import { validatingPolicies } from "./policies/validating-policies.ts";
import { mutatingWebhooks } from "./webhooks/mutating-webhooks.ts";
import { validatingWebhooks } from "./webhooks/validating-webhooks.ts";

/** The only plugins that look at connections. */
const requested: readonly AdmissionPlugin[] = [
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
  const request: AdmissionRequest = {
    operation: "CONNECT",
    context,
    subresource: path.subresource,
    namespace: path.namespace,
    name: path.name,
    object: { kind, apiVersion: "v1", metadata: {}, ...set(options) } as KubeObject,
    old: undefined,
    dryRun: false,
    reads: new KeyedReads(context.store),
    writes: [],
    drawn: new Set(),
  };
  await mutateWith(requested, request);
  for (const plugin of requested) if (plugin.handles(request)) await plugin.validate?.(request);
}

/** Omits unset options, as Go does. */
const set = (options: object) =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== false && value !== "" && value !== null));
