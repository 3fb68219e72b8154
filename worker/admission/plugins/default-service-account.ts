/**
 * Creates a namespace's service account `default` in the namespace's own commit. Kubernetes leaves this to a
 * controller, and has the admission of pods wait for it; here that is only so if a policy or a webhook wants to be asked
 * about service accounts. The controller also recreates the account when it is deleted.
 */
import type { ServiceAccount } from "../../../api/generated/core.v1.ts";
import { textWithoutRevision } from "../../../api/machinery/json/object-text.ts";
import type { KubeObject } from "../../../api/machinery/meta.ts";
import { timestamp } from "../../../api/machinery/time/time.ts";
import {
  ADMISSION_RESOURCES,
  admissionRulesOf,
  mayMatch,
} from "../../../api/resources/admissionregistration/admission-rules.ts";
import type { PolicySnapshot } from "../../policy/snapshot.ts";
import { defineResourcePlugin } from "../resource-plugin.ts";

const ASKED = { operation: "CREATE", groups: [""], plural: "serviceaccounts", subresource: "" };

const mustAsk = (policy: PolicySnapshot): boolean =>
  ADMISSION_RESOURCES.some((resource) =>
    policy
      .list<KubeObject>(resource)
      .some((object) => admissionRulesOf(resource, object).some((rule) => mayMatch(rule, ASKED))),
  );

export const defaultServiceAccount = defineResourcePlugin({
  name: "DefaultServiceAccount",
  resources: ["namespaces"],
  handles: ["CREATE"],
  when: ({ context }) => !context.policy.derive(mustAsk),
  async allocate({ object, writes, context, reads }) {
    const namespace = object.metadata.name ?? "";
    const key = { resource: "serviceaccounts", namespace, name: "default" };
    // A namespace that was finalized by hand has left its objects behind.
    if (await reads.entry(key)) return;
    const account: ServiceAccount = {
      kind: "ServiceAccount",
      apiVersion: "v1",
      metadata: {
        name: "default",
        namespace,
        uid: crypto.randomUUID(),
        creationTimestamp: timestamp(context.now),
      },
    };
    writes.push({
      op: "create",
      key,
      text: textWithoutRevision(account),
      attributes: { labels: {}, fields: {} },
    });
  },
});
