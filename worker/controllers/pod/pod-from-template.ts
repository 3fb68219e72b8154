import type { Pod, PodTemplateSpec } from "../../../api/generated/core.v1.ts";
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import { controllerReference } from "../controller-ref.ts";

/** A pod from a template, controlled by the owner. The API server generates its name (`owner-xxxxx`). */
export function podFromTemplate(owner: Stored<KubeObject>, template: PodTemplateSpec | undefined): Pod {
  const { labels, annotations, finalizers } = template?.metadata ?? {};
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      // Kubernetes drops the dash if the prefix would not be a valid name; names that long are never generated here.
      generateName: `${owner.metadata.name}-`,
      ...(owner.metadata.namespace ? { namespace: owner.metadata.namespace } : {}),
      ...(labels ? { labels: { ...labels } } : {}),
      ...(annotations ? { annotations: { ...annotations } } : {}),
      ...(finalizers ? { finalizers: [...finalizers] } : {}),
      ownerReferences: [controllerReference(owner)],
    },
    spec: structuredCopy(template?.spec ?? { containers: [] }),
    status: {},
  };
}

const structuredCopy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
