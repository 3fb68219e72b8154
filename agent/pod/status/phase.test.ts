import { describe, expect, it } from "vitest";
import type { Container, ContainerStatus, Pod } from "../../../api/generated/core.v1.ts";
import { type PhaseFacts, phaseOf, RESTARTING_ALL } from "./phase.ts";

type State = Pick<ContainerStatus, "state" | "lastState" | "started">;
const waiting: State = { state: { waiting: { reason: "ContainerCreating" } } };
const running: State = { state: { running: {} }, started: true };
const starting: State = { state: { running: {} }, started: false };
const ended = (exitCode: number, reason = ""): State => ({ state: { terminated: { exitCode, reason } } });
const crashed = (exitCode: number, reason = ""): State => ({
  state: { waiting: { reason: "CrashLoopBackOff" } },
  lastState: { terminated: { exitCode, reason } },
});

interface Case {
  readonly policy?: "Always" | "OnFailure" | "Never";
  readonly init?: readonly (State | undefined)[];
  readonly sidecars?: readonly (State | undefined)[];
  readonly main: readonly (State | undefined)[];
  readonly facts?: Partial<PhaseFacts>;
}

function phase({ policy = "Always", init = [], sidecars = [], main, facts }: Case) {
  const statuses: ContainerStatus[] = [];
  const container =
    (kind: string, more: Partial<Container> = {}) =>
    (state: State | undefined, index: number) => {
      const name = `${kind}${index}`;
      if (state !== undefined)
        statuses.push({ name, image: "", imageID: "", ready: false, restartCount: 0, ...state } as ContainerStatus);
      return { name, ...more };
    };
  const pod: Pod = {
    metadata: {},
    spec: {
      restartPolicy: policy,
      initContainers: [
        ...init.map(container("i")),
        ...sidecars.map(container("s", { restartPolicy: "Always" })),
      ] as Container[],
      containers: main.map(container("c")) as Container[],
    },
    status: {},
  };
  return phaseOf(pod, statuses, { over: false, hasStarted: false, ...facts });
}

describe("a pod's phase", () => {
  it.each<[string, string, Case]>([
    ["no container is known", "Pending", { main: [undefined] }],
    ["nothing has started", "Pending", { main: [waiting, waiting] }],
    ["one has not started", "Pending", { main: [running, waiting] }],
    ["one is unknown", "Pending", { main: [running, undefined] }],
    ["all run", "Running", { main: [running, running] }],
    ["one runs and one has ended", "Running", { policy: "Never", main: [running, ended(1)] }],
    ["one runs and one will restart", "Running", { main: [running, crashed(1)] }],
    ["all will restart later", "Running", { main: [crashed(1)] }],
    ["all have ended and will restart", "Running", { main: [ended(0)] }],
    ["one has failed and will restart", "Running", { policy: "OnFailure", main: [ended(0), ended(1)] }],
    ["all have completed", "Succeeded", { policy: "OnFailure", main: [ended(0), ended(0)] }],
    ["one has failed and will not restart", "Failed", { policy: "Never", main: [ended(0), ended(1)] }],
    ["all have completed and the pod is over", "Succeeded", { main: [ended(0)], facts: { over: true } }],
    ["the pod is over before one could restart", "Failed", { main: [crashed(0)], facts: { over: true } }],
    ["all are restarted together", "Running", { policy: "Never", main: [crashed(137, RESTARTING_ALL)] }],
  ])("when %s: %s", (_, expected, given) => {
    expect(phase(given)).toBe(expected);
  });

  it.each<[string, string, Case]>([
    ["is unknown", "Pending", { init: [undefined], main: [waiting] }],
    ["runs", "Pending", { init: [running], main: [waiting] }],
    ["runs again in a new sandbox", "Pending", { init: [running], main: [crashed(137)] }],
    ["has failed and will restart", "Pending", { init: [crashed(1)], main: [waiting] }],
    ["has failed and will not restart", "Failed", { policy: "Never", init: [ended(1)], main: [waiting] }],
    ["waits to be restarted with all others", "Running", { init: [crashed(0)], main: [crashed(1)] }],
    [
      "is restarted with all others",
      "Running",
      {
        policy: "Never",
        init: [crashed(137, RESTARTING_ALL)],
        main: [crashed(137, RESTARTING_ALL)],
      },
    ],
    ["has completed", "Running", { init: [ended(0)], main: [running] }],
  ])("when an init container %s: %s", (_, expected, given) => {
    expect(phase(given)).toBe(expected);
  });

  it.each<[string, string, Case]>([
    ["has not started yet", "Pending", { sidecars: [starting], main: [crashed(1)] }],
    [
      "restarts beside containers that have run",
      "Running",
      {
        sidecars: [starting],
        main: [running],
        facts: { hasStarted: true },
      },
    ],
    ["continues after the others have ended", "Running", { policy: "Never", sidecars: [running], main: [ended(0)] }],
    ["has ended last", "Succeeded", { policy: "Never", sidecars: [ended(137)], main: [ended(0)] }],
    ["is unknown", "Pending", { sidecars: [undefined], main: [running] }],
  ])("when a sidecar %s: %s", (_, expected, given) => {
    expect(phase(given)).toBe(expected);
  });
});
