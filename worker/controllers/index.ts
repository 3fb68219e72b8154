/** The table of all controllers. */
import type { Controller } from "./controller.ts";
import { deploymentController } from "./deployment/deployment.ts";
import { replicaSetController } from "./replicaset.ts";
import { replicationController } from "./replication.ts";

export const controllers: readonly Controller[] = [
  deploymentController,
  replicaSetController,
  replicationController,
];
