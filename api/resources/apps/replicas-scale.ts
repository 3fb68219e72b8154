/** The scale of kinds with `spec.replicas` and a LabelSelector. */
import type { LabelSelector } from "../../generated/meta.v1.ts";
import type { KubeObject } from "../../machinery/meta.ts";
import { formatLabelSelector } from "../../machinery/selectors/selector.ts";
import type { ScaleView } from "../resource.ts";

interface Replicated extends KubeObject {
  spec: { replicas?: number; selector: LabelSelector };
  status: { replicas?: number };
}

export const replicasScale: ScaleView<Replicated> = {
  replicasPath: ["spec", "replicas"],
  specReplicas: ({ spec }) => spec.replicas ?? 0,
  statusReplicas: ({ status }) => status.replicas ?? 0,
  selector: ({ spec }) => formatLabelSelector(spec.selector),
  setReplicas: ({ spec }, replicas) => {
    spec.replicas = replicas;
  },
};
