/** The kubelet's /runningpods: what the runtime is running, whatever the API says. */
import type { Observation } from "../runtime/observation.ts";

export function runningPods({ sandboxes, containers }: Observation) {
  const running = containers.filter(({ state }) => state === "running");
  const pods = new Map(sandboxes.filter(({ ready }) => ready).map(({ id, pod }) => [id, pod]));
  return {
    kind: "PodList",
    apiVersion: "v1",
    metadata: {},
    items: [...pods].map(([id, { namespace, name, uid }]) => ({
      metadata: { name, namespace, uid },
      spec: {
        containers: running
          .filter(({ sandboxId }) => sandboxId === id)
          .map((container) => ({ name: container.name, image: container.imageRef, resources: {} })),
      },
      status: {},
    })),
  };
}
