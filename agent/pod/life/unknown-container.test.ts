import { describe, expect, it } from "vitest";
import type { Container, Pod, PodSpec } from "../../../api/generated/core.v1.ts";
import { observed } from "../../../test/fakes/node/observed-container.ts";
import { settledLocal } from "../../../test/fakes/node/settled-pod.ts";
import { planPod } from "./plan.ts";

const pod = { namespace: "default", name: "p", uid: "u" };
const sandbox = { id: "s", pod, attempt: 0, ready: true, createdAt: 0, ips: [], labels: {}, annotations: {} };
const never: Partial<PodSpec> = { restartPolicy: "Never" };
const running = { name: "c", state: { running: {} }, ready: true, restartCount: 0, image: "", imageID: "" };

/** What is done, as `kill: why` or `start #1`, if the container of that name is unknown to the runtime. */
function plan(name: string, spec: Partial<PodSpec>, status: Pod["status"] = {}): string[] {
  return planPod({
    pod: { metadata: pod, spec: { containers: [{ name: "c" }], ...spec }, status },
    observation: { sandboxes: [sandbox], containers: [observed({ name, state: "unknown", image: "", imageRef: "" })] },
    local: settledLocal(),
    now: 0,
  }).actions.map((action) => {
    if (action.do === "start-container") return `start #${action.restartCount}`;
    return action.do === "kill-container" ? `kill: ${action.message}` : action.do;
  });
}

const kill = (kind: string) => `kill: ${kind} is in "unknown" state, try killing it before restart`;
const init = (more: Partial<Container> = {}) => ({ initContainers: [{ name: "i", ...more }] });

describe("AGENT-UNKNOWN: a container of which the runtime cannot tell whether it runs", () => {
  it.each<[string, string[], string[]]>([
    ["is killed before it is started", plan("c", {}), [kill("Container"), "start #1"]],
    ["is started if it never ran", plan("c", never), [kill("Container"), "start #1"]],
    ["is not run twice", plan("c", never, { containerStatuses: [running] }), [kill("Container")]],
    ["may be a sidecar", plan("i", init({ restartPolicy: "Always" })), [kill("Init container"), "start #1"]],
    ["may initialize a pod", plan("i", init()), [kill("Init container"), "start #1"]],
    ["fails a pod that it is to initialize once", plan("i", { ...init(), ...never }), ["end-pod"]],
  ])("%s", (_, planned, expected) => expect(planned).toEqual(expected));
});
