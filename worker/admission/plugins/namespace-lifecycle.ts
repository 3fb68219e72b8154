/**
 * NamespaceLifecycle: nothing is created in a namespace that is missing or terminating, and the namespaces that the
 * cluster needs cannot be deleted. The former is an expectation of the commit itself, so no race gets around it.
 */
import { failure, notFound } from "../../../api/machinery/status.ts";
import type { Key, Write } from "../../../api/store/store.ts";
import { ApiError } from "../../api-error.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../plugin.ts";
import { refusal } from "../refusal.ts";
import { defineResourcePlugin } from "../resource-plugin.ts";

const IMMORTAL: ReadonlySet<string> = new Set(["default", "kube-system", "kube-public"]);

const keyOfNamespace = (name: string): Key => ({ resource: "namespaces", namespace: "", name });

const expectsNamespace = ({ op, key }: Write) => op === "expect" && key.resource === "namespaces";

export const namespaceLifecycle: AdmissionPlugin = {
  name: "NamespaceLifecycle",
  handles: ({ operation, namespace, context }) =>
    operation === "CREATE" && namespace !== "" && context.served.resource.scope === "Namespaced",

  mutate({ namespace, writes }) {
    if (writes.some(expectsNamespace)) return;
    writes.push({
      op: "expect",
      key: keyOfNamespace(namespace),
      exists: true,
      requirements: [{ of: "field", key: "status.phase", operator: "in", values: ["Active"] }],
    });
  },

  async explain(request, failed) {
    if (!expectsNamespace(failed)) return;
    const { entry } = await request.context.store.read(failed.key);
    if (!entry) throw new ApiError(notFound({ group: "", resource: "namespaces" }, failed.key.name));
    throw new ApiError(beingTerminated(request));
  },
};

export const immortalNamespaces = defineResourcePlugin({
  name: "NamespaceLifecycle",
  resources: ["namespaces"],
  handles: ["DELETE"],
  mutate(request) {
    if (IMMORTAL.has(request.name)) throw refusal(request, "this namespace may not be deleted");
  },
});

/** Kubernetes refuses it before a name is generated. */
function beingTerminated(request: AdmissionRequest) {
  const { namespace, name, nameAtFirst = name } = request;
  const message = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const { status } = refusal({ ...request, name: nameAtFirst }, message);
  const since = `namespace ${namespace} is being terminated`;
  return failure(403, "Forbidden", status.message ?? "", {
    ...status.details,
    causes: [{ reason: "NamespaceTerminating", message: since, field: "metadata.namespace" }],
  });
}
