/**
 * A namespace is born with its service account `default`, in the same commit. Kubernetes lets a controller make it a
 * moment later and has the admission of pods wait for it; here there is no moment to wait for. The controller still
 * makes it again when it is deleted.
 */
import type { ServiceAccount } from "../../../api/generated/core.v1.ts";
import { textWithoutRevision } from "../../../api/machinery/json/object-text.ts";
import { timestamp } from "../../../api/machinery/time/time.ts";
import type { AdmissionPlugin } from "../plugin.ts";

export const defaultServiceAccount: AdmissionPlugin = {
  name: "DefaultServiceAccount",
  handles: ({ operation, subresource, context: { served } }) =>
    operation === "CREATE" &&
    subresource === "" &&
    served.resource.plural === "namespaces" &&
    served.resource.group === "",

  allocate({ object, writes, context }) {
    const namespace = object?.metadata.name ?? "";
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
};
