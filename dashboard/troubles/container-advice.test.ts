import { expect, test } from "vitest";
import type { ContainerCause } from "../summaries/pod-cause.ts";
import { containerAdvice } from "./container-advice.ts";

const app: ContainerCause = { name: "app", image: "acme/web:1", init: false, reason: "CrashLoopBackOff" };

test.each<[Partial<ContainerCause>, string, RegExp | undefined]>([
  [{ reason: "ErrImagePull" }, "not found", /^The image acme\/web:1 of app cannot be pulled: check/],
  [{ reason: "ImagePullBackOff" }, "back-off", /cannot be pulled/],
  [{ reason: "InvalidImageName" }, "", /^acme\/web:1 is no valid name of an image/],
  [{ reason: "CreateContainerConfigError" }, 'secret "db" not found', /^The Secret db is missing: create it/],
  [{ reason: "CreateContainerConfigError" }, 'configmap "c" not found', /^The ConfigMap c is missing/],
  [{ reason: "CreateContainerConfigError" }, "couldn't find key a", /^app refers to something that is missing/],
  [{ reason: "CreateContainerError" }, "no command specified", /^app cannot be started: correct its command/],
  [{ ended: "OOMKilled", exitCode: 137 }, "", /^app used more memory than its limit/],
  [{ ended: "Error", exitCode: 1 }, "", /^app ends with exit code 1 again and again: its log before/],
  [{ reason: "Ended", ended: "Error", exitCode: 3 }, "", /^app ended with exit code 3: its log says why/],
  [{ ended: "Completed", exitCode: 0 }, "", /^app ends by itself and is started again/],
  [{ ended: "Error", exitCode: 127 }, "", /^The command of app was not found/],
  [{ reason: "ContainerCreating" }, "", undefined],
  [{ reason: "Running" }, "", undefined],
])("a container in the state %j with the detail %j gets the advice %s", (cause, detail, sentence) => {
  const advice = containerAdvice({ ...app, ...cause }, detail);
  if (sentence) expect(advice).toMatch(sentence);
  else expect(advice).toBeUndefined();
});
