/** A change in the cluster, as far as it may let waiting pods be placed. */
import type { Node } from "../../../api/generated/core.v1.ts";
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import type { PodFacts } from "./pod-facts.ts";

export type ClusterChange =
  | { readonly kind: "node"; readonly node: Stored<Node>; readonly previous?: Stored<Node> }
  | { readonly kind: "node-deleted"; readonly node: Stored<Node> }
  /** A pod with a node was added (`previous` absent) or changed. */
  | { readonly kind: "assigned-pod"; readonly pod: PodFacts; readonly previous?: PodFacts }
  | { readonly kind: "assigned-pod-deleted"; readonly pod: PodFacts }
  | {
      readonly kind: "object";
      readonly resource: string;
      readonly object: Stored<KubeObject>;
      /** The state before the change; absent: the object is new. */
      readonly previous?: Stored<KubeObject>;
      readonly deleted: boolean;
    };
