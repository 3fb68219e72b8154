import type { CustomResourceSubresourceScale } from "../../../api/generated/apiextensions.v1.ts";
import type { KubeObject } from "../../../api/machinery/meta.ts";
import { findJsonPath } from "../../../api/machinery/structural/json-path.ts";
import { isMap } from "../../../api/machinery/structural/json-walk.ts";
import type { ScaleView } from "../../../api/resources/resource.ts";

/** Where the definition says that the numbers of the scale are. */
export const customScale = (scale: CustomResourceSubresourceScale): ScaleView<KubeObject> => ({
  replicasPath: scale.specReplicasPath.replace(/^\./, "").split("."),
  specReplicas(object) {
    const [value] = findJsonPath(scale.specReplicasPath, object);
    return typeof value === "number" ? value : undefined;
  },
  statusReplicas(object) {
    const [value] = findJsonPath(scale.statusReplicasPath, object);
    return typeof value === "number" ? value : 0;
  },
  selector(object) {
    const [value] = scale.labelSelectorPath ? findJsonPath(scale.labelSelectorPath, object) : [];
    return typeof value === "string" ? value : "";
  },
  setReplicas(draft, replicas) {
    const names = scale.specReplicasPath.replace(/^\./, "").split(".");
    const last = names.pop() ?? "";
    let at = draft as unknown as Record<string, unknown>;
    for (const name of names) {
      const next = isMap(at[name]) ? at[name] : {};
      at[name] = next;
      at = next;
    }
    at[last] = replicas;
  },
});
