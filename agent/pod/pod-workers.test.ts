import { expect, it } from "vitest";
import { recordedPod } from "../../test/fakes/node/pod-record.ts";
import { PodWorkers } from "./pod-workers.ts";

it("a pod is found by name while its predecessor of the same name still ends", () => {
  const { context, pod } = recordedPod().record;
  const workers = new PodWorkers(() => {});
  for (const uid of ["ending", "new"]) workers.start(context, { ...pod, metadata: { ...pod.metadata, uid } });
  workers.stop();
  expect(workers.find("n", "p", "")?.metadata.uid).toBe("new");
  expect(workers.find("n", "p", "ending")?.metadata.uid).toBe("ending");
});
