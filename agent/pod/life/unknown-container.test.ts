import { describe, expect, it } from "vitest";
import type { Container, PodSpec } from "../../../api/generated/core.v1.ts";
import { observed } from "../../../test/fakes/node/observed-container.ts";
import { settledLocal } from "../../../test/fakes/node/settled-pod.ts";
import { planPod } from "./plan.ts";

const pod = { namespace: "default", name: "p", uid: "u" };
const sandbox = { id: "s", pod, attempt: 0, ready: true, createdAt: 0, ips: [], labels: {}, annotations: {} };

/** What is done, as `kill: why`, if the container of that name is unknown to the runtime. */
function plan(name: string, spec: Partial<PodSpec>): string[] {
  return planPod({
    pod: { metadata: pod, spec: { containers: [{ name: "c" }], ...spec }, status: {} },
    observation: { sandboxes: [sandbox], containers: [observed({ name, state: "unknown", image: "", imageRef: "" })] },
    local: settledLocal(),
    now: 0,
  }).actions.map((action) => {
    return action.do === "kill-container" ? `kill: ${action.message}` : action.do;
  });
}

const init = (more: Partial<Container> = {}) => ({ initContainers: [{ name: "i", ...more }] });

describe("AGENT-UNKNOWN: a container of which the runtime cannot tell whether it runs", () => {
  it.each<[string, string[], string]>([
    ["is killed before anything is decided", plan("c", {}), "Container"],
    ["also if it must not run twice", plan("c", { restartPolicy: "Never" }), "Container"],
    ["may be a sidecar", plan("i", init({ restartPolicy: "Always" })), "Init container"],
    ["may initialize a pod", plan("i", init()), "Init container"],
  ])("%s", (_, planned, kind) =>
    expect(planned).toEqual([`kill: ${kind} is in "unknown" state, try killing it before restart`]),
  );
});
