/** DefaultTolerationSeconds: a pod stays five minutes on a node that is not ready or cannot be reached. */
import type { Pod, Toleration } from "../../api/generated/core.v1.ts";
import type { AdmissionPlugin } from "./plugin.ts";
import { isPodCreation } from "./pod-creation.ts";

const TAINTS = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];
const SECONDS = 300;

export const defaultTolerationSeconds: AdmissionPlugin = {
  name: "DefaultTolerationSeconds",
  handles: isPodCreation,
  mutate({ object }) {
    const { spec } = object as unknown as Pod;
    const tolerations = spec.tolerations ?? [];
    const missing = TAINTS.filter((key) => !tolerations.some((toleration) => tolerates(toleration, key)));
    if (missing.length === 0) return;
    const added = missing.map((key) => ({ key, operator: "Exists", effect: "NoExecute", tolerationSeconds: SECONDS }));
    spec.tolerations = [...tolerations, ...added];
  },
};

const tolerates = ({ key = "", effect = "" }: Toleration, taint: string) =>
  (key === taint || key === "") && (effect === "NoExecute" || effect === "");
