/** Which container's log is requested, and why there may be none yet: the kubelet's rules and words. */
import type { ContainerStatus, Pod } from "../../api/generated/core.v1.ts";

export type LogTarget =
  | { readonly ok: true; readonly containerId: string }
  | { readonly ok: false; readonly message: string };

const no = (message: string): LogTarget => ({ ok: false, message });

export function logTarget(pod: Pod, container: string, previous: boolean): LogTarget {
  const where = `container "${container}" in pod "${pod.metadata.name}"`;
  const statuses: readonly ContainerStatus[] = [
    ...(pod.status.initContainerStatuses ?? []),
    ...(pod.status.containerStatuses ?? []),
    ...(pod.status.ephemeralContainerStatuses ?? []),
  ];
  const status = statuses.find(({ name }) => name === container);
  if (status === undefined) return no(`${where} is not available`);
  const { state, lastState } = status;
  const last = lastState?.terminated?.containerID;
  if (previous)
    return last === undefined ? no(`previous terminated ${where} not found`) : { ok: true, containerId: last };
  if (state?.running !== undefined) return { ok: true, containerId: status.containerID ?? "" };
  if (state?.terminated !== undefined) {
    const id = state.terminated.containerID ?? last;
    return id === undefined ? no(`${where} is terminated`) : { ok: true, containerId: id };
  }
  if (lastState?.terminated !== undefined)
    return last === undefined ? no(`${where} is terminated`) : { ok: true, containerId: last };
  const reason = state?.waiting?.reason;
  if (reason === "ErrImagePull") return no(`${where} is waiting to start: image can't be pulled`);
  if (reason === "ImagePullBackOff") return no(`${where} is waiting to start: trying and failing to pull image`);
  return no(
    reason === undefined ? `${where} is waiting to start - no logs yet` : `${where} is waiting to start: ${reason}`,
  );
}
