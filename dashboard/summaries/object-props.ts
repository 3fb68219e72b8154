import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import type { Kind } from "../api/kind.ts";

export interface ObjectProps {
  readonly kind: Kind;
  readonly object: Stored<KubeObject>;
}
