/** Which webhooks are called for a request. */

import type { KubeObject } from "../../../api/machinery/meta.ts";
import type { GroupResource } from "../../../api/store/store.ts";
import type { Served } from "../../kinds/kind-registry.ts";
import type { PolicySnapshot } from "../../policy/snapshot.ts";
import type { AdmissionRequest } from "../plugin.ts";
import { CompiledPolicy } from "../policies/compiled-policy.ts";
import { matchesSelectors, versionMatched } from "../policies/match-resources.ts";
import { policyValues } from "../policies/policy-values.ts";
import { refusal } from "../refusal.ts";
import type { Webhook } from "./call-webhook.ts";

/** Configurations sorted by name, each with its webhooks in order. */
export const webhooksOf =
  (resource: GroupResource) =>
  (snapshot: PolicySnapshot): readonly Webhook[] =>
    snapshot
      .list<KubeObject & { webhooks?: Webhook[] }>(resource)
      .toSorted((a, b) => ((a.metadata.name ?? "") < (b.metadata.name ?? "") ? -1 : 1))
      .flatMap(({ metadata, webhooks = [] }) =>
        webhooks.map((webhook) => ({ ...webhook, configuration: metadata.name ?? "" })),
      );

const conditions = new WeakMap<Webhook, CompiledPolicy>();

/** The version at which the webhook sees the object; undefined if it is not called. */
export async function matchedVersion(webhook: Webhook, request: AdmissionRequest): Promise<Served | undefined> {
  const at = versionMatched(webhook.rules, webhook.matchPolicy, request);
  if (!at || !(await matchesSelectors(webhook, request))) return undefined;
  if (!webhook.matchConditions?.length) return at;
  const compiled = conditions.get(webhook) ?? new CompiledPolicy({ matchConditions: webhook.matchConditions });
  conditions.set(webhook, compiled);
  const matched = compiled.matches(await policyValues(request, { at, namespace: undefined }));
  if (matched.ok) return matched.matches ? at : undefined;
  if (webhook.failurePolicy === "Ignore") return undefined;
  throw refusal(request, matched.message);
}
