/**
 * Fields of pods whose feature gates are off in Kubernetes 1.36: containers' stop signals, pod groups, and sources of
 * projected volumes that need APIs which are not served. As in Kubernetes, they are dropped when an object is prepared
 * for storage, so that their writer is tracked as their owner, and admission sees them.
 */
import type { Container, EphemeralContainer, PodSpec } from "../../../generated/core.v1.ts";

export function dropDisabledFields(spec: PodSpec): void {
  delete spec.schedulingGroup;
  for (const list of [spec.initContainers, spec.containers, spec.ephemeralContainers])
    for (const container of list ?? []) dropStopSignal(container);
  for (const { projected } of spec.volumes ?? [])
    for (const source of projected?.sources ?? []) {
      delete source.clusterTrustBundle;
      delete source.podCertificate;
    }
}

function dropStopSignal(container: Container | EphemeralContainer): void {
  if (container.lifecycle?.stopSignal === undefined) return;
  delete container.lifecycle.stopSignal;
  if (Object.keys(container.lifecycle).length === 0) delete container.lifecycle;
}
