/** The labels and annotations by which the agent recognises its containers after a restart: the kubelet's own names. */
import type { Container, ResourceRequirements } from "../../api/generated/core.v1.ts";
import type { ContainerObservation } from "./observation.ts";

export const POD_NAME = "io.kubernetes.pod.name";
export const POD_NAMESPACE = "io.kubernetes.pod.namespace";
export const POD_UID = "io.kubernetes.pod.uid";
export const CONTAINER_NAME = "io.kubernetes.container.name";
export const RESTART_COUNT = "io.kubernetes.container.restartCount";
export const TERMINATION_MESSAGE_PATH = "io.kubernetes.container.terminationMessagePath";
export const TERMINATION_MESSAGE_POLICY = "io.kubernetes.container.terminationMessagePolicy";
/** Where the container's termination message is on the machine. */
export const TERMINATION_MESSAGE_FILE = "sailplane.dev/termination-message-file";

/** The image as named in the pod; the runtime reports another name for the same. */
export const IMAGE = "sailplane.dev/image";

/** The requests and limits that the container was started with, as JSON. */
export const RESOURCES = "sailplane.dev/resources";

export const resourcesGiven = ({ annotations }: Pick<ContainerObservation, "annotations">): ResourceRequirements =>
  JSON.parse(annotations[RESOURCES] ?? "{}") as ResourceRequirements;

/** Whether the pod names another image than the container was started with. */
export const hasOtherImage = (
  { image = "" }: Pick<Container, "image">,
  { annotations }: Pick<ContainerObservation, "annotations">,
): boolean => annotations[IMAGE] !== undefined && annotations[IMAGE] !== image;

export const restartCountOf = (container: Pick<ContainerObservation, "annotations">): number =>
  Number(container.annotations[RESTART_COUNT] ?? 0);
