import type { ControlPlane } from "./control-plane/connection.ts";
import type { FaultCounts } from "./fault-counts.ts";
import type { Logger } from "./logger.ts";
import type { Runtime } from "./runtime/runtime.ts";

/** What a node is built on. */
export interface Parts {
  readonly runtime: Runtime;
  readonly controlPlane: ControlPlane;
  readonly faults: FaultCounts;
  readonly log: Logger;
}
