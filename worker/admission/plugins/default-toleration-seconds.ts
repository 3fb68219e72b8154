/** DefaultTolerationSeconds: pods stay five minutes on a node that is not ready or unreachable. */
import type { Toleration } from "../../../api/generated/core.v1.ts";
import { defineResourcePlugin } from "../resource-plugin.ts";

const TAINTS = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];
const SECONDS = 300;

export const defaultTolerationSeconds = defineResourcePlugin({
  name: "DefaultTolerationSeconds",
  resources: ["pods"],
  /** Updates included: an update that leaves them out gets them again, so they cannot be removed. */
  handles: ["CREATE", "UPDATE"],
  mutate({ object: { spec } }) {
    const tolerations = spec.tolerations ?? [];
    const missing = TAINTS.filter((key) => !tolerations.some((toleration) => tolerates(toleration, key)));
    if (missing.length === 0) return;
    const added = missing.map((key) => ({ key, operator: "Exists", effect: "NoExecute", tolerationSeconds: SECONDS }));
    spec.tolerations = [...tolerations, ...added];
  },
});

const tolerates = ({ key = "", effect = "" }: Toleration, taint: string) =>
  (key === taint || key === "") && (effect === "NoExecute" || effect === "");
