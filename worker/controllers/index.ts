/** The table of all controllers. */
import type { Controller } from "./controller.ts";
import { deploymentController } from "./deployment/deployment.ts";
import { garbageCollector } from "./garbage-collector.ts";
import { jobController } from "./job/job.ts";
import { jobOrphanController } from "./job/orphan-pods.ts";
import { namespaceController } from "./namespace.ts";
import { replicaSetController } from "./replicaset.ts";
import { replicationController } from "./replication.ts";
import { rootCaPublisher } from "./root-ca.ts";
import { serviceAccountController } from "./service-account.ts";
import { ttlAfterFinishedController } from "./ttl-after-finished.ts";

export const controllers: readonly Controller[] = [
  serviceAccountController,
  rootCaPublisher,
  namespaceController,
  deploymentController,
  replicaSetController,
  replicationController,
  jobController,
  jobOrphanController,
  garbageCollector,
  ttlAfterFinishedController,
];
