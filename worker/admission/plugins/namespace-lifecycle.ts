/**
 * NamespaceLifecycle: nothing is created in a namespace that is missing or terminating, and the namespaces that the
 * cluster needs cannot be deleted. The former is an expectation of the commit itself, so no race gets around it.
 */
import { failure, notFound } from "../../../api/machinery/status.ts";
import type { Key, Write } from "../../../api/store/store.ts";
import { ApiError } from "../../api-error.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../plugin.ts";
import { refusal } from "../refusal.ts";

const IMMORTAL: ReadonlySet<string> = new Set(["default", "kube-system", "kube-public"]);

const keyOfNamespace = (name: string): Key => ({ resource: "namespaces", namespace: "", name });

const expectsNamespace = ({ op, key }: Write) => op === "expect" && key.resource === "namespaces";

export const namespaceLifecycle: AdmissionPlugin = {
  name: "NamespaceLifecycle",
  handles: ({ operation, namespace, context }) =>
    (operation === "CREATE" && namespace !== "" && context.served.resource.scope === "Namespaced") ||
    (operation === "DELETE" && context.served.resource.plural === "namespaces"),

  mutate(request) {
    const { operation, namespace, name } = request;
    if (operation === "CREATE") {
      if (request.writes.some(expectsNamespace)) return;
      request.writes.push({
        op: "expect",
        key: keyOfNamespace(namespace),
        exists: true,
        requirements: [{ of: "field", key: "status.phase", operator: "in", values: ["Active"] }],
      });
    } else if (IMMORTAL.has(name)) throw refusal(request, "this namespace may not be deleted");
  },

  async explain(request, failed) {
    if (!expectsNamespace(failed)) return;
    const { entry } = await request.context.store.read(failed.key);
    if (!entry) throw new ApiError(notFound({ group: "", resource: "namespaces" }, failed.key.name));
    throw new ApiError(beingTerminated(request));
  },
};

function beingTerminated(request: AdmissionRequest) {
  const { namespace } = request;
  const message = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const { status } = refusal(request, message);
  const since = `namespace ${namespace} is being terminated`;
  return failure(403, "Forbidden", status.message ?? "", {
    ...status.details,
    causes: [{ reason: "NamespaceTerminating", message: since, field: "metadata.namespace" }],
  });
}
