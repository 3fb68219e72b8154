/**
 * Creates a namespace's service account `default` in the namespace's own commit. Kubernetes leaves this to a
 * controller, and has the admission of pods wait for it; here there is nothing to wait for. The controller still
 * recreates the account when it is deleted.
 */
import type { ServiceAccount } from "../../../api/generated/core.v1.ts";
import { textWithoutRevision } from "../../../api/machinery/json/object-text.ts";
import { timestamp } from "../../../api/machinery/time/time.ts";
import { defineResourcePlugin } from "../resource-plugin.ts";

export const defaultServiceAccount = defineResourcePlugin({
  name: "DefaultServiceAccount",
  resources: ["namespaces"],
  handles: ["CREATE"],
  allocate({ object, writes, context }) {
    const namespace = object.metadata.name ?? "";
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
      key: { resource: "serviceaccounts", namespace, name: "default" },
      text: textWithoutRevision(account),
      attributes: { labels: {}, fields: {} },
    });
  },
});
