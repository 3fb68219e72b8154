import { describe, expect, it } from "vitest";
import type { ContainerStatus, Pod, PodCondition } from "../../../api/generated/core.v1.ts";
import type { Phase } from "../../pod-spec/pod-phase.ts";
import { type ConditionsInput, conditionsOf } from "./conditions.ts";

const status = (name: string, more: Partial<ContainerStatus> = {}) =>
  ({ name, image: "", imageID: "", ready: false, restartCount: 0, state: { waiting: {} }, ...more }) as ContainerStatus;
const ran: Partial<ContainerStatus> = { lastState: { terminated: { exitCode: 1 } } };

interface Case {
  readonly spec?: Partial<Pod["spec"]>;
  readonly before?: readonly PodCondition[];
  readonly input?: Partial<ConditionsInput>;
}

function conditions({ spec, before = [], input }: Case): Record<string, string> {
  const pod: Pod = {
    metadata: {},
    spec: { containers: [{ name: "c" }, { name: "d" }], ...spec },
    status: { conditions: [...before] },
  };
  const found = conditionsOf({
    pod,
    statuses: [],
    phase: "Pending",
    sandboxReady: true,
    restartingAll: false,
    resize: { kind: "settled" },
    now: "now",
    ...input,
  });
  return Object.fromEntries(
    found.map(({ type, status: is, reason, message, lastTransitionTime }) => [
      type,
      [is, reason, message, lastTransitionTime === "now" ? undefined : lastTransitionTime].filter(Boolean).join(" | "),
    ]),
  );
}

describe("AGENT-RESIZE: the PodResizePending condition", () => {
  const requested = (before: PodCondition, message: string) => {
    const pod: Pod = { metadata: {}, spec: { containers: [] }, status: { conditions: [before] } };
    const resize = { kind: "pending", reason: "Deferred", message, cause: "", generation: 1 } as const;
    const input = { pod, statuses: [], phase: "Running", sandboxReady: true, restartingAll: false, resize } as const;
    const found = conditionsOf({ ...input, now: "now" }).find(({ type }) => type === "PodResizePending");
    return [found?.lastProbeTime, found?.lastTransitionTime];
  };
  const before = { type: "PodResizePending", status: "True", reason: "Deferred", message: "why" };
  const old = { lastProbeTime: "then", lastTransitionTime: "once" };

  it.each([
    ["keeps its times if unchanged", { ...before, ...old }, "why", ["then", "once"]],
    ["has a new lastProbeTime if its message changes", { ...before, ...old }, "else", ["now", "once"]],
    ["has new times if its reason changes", { ...before, ...old, reason: "Infeasible" }, "why", ["now", "now"]],
    ["has new times if there was none", { type: "Ready", status: "True" }, "why", ["now", "now"]],
  ])("%s", (_, condition, message, expected) => expect(requested(condition, message)).toEqual(expected));
});

describe("conditions of a pod", () => {
  it("include AllContainersRestarting only if a rule can restart all containers", () => {
    const rules = [{ action: "RestartAllContainers", exitCodes: { operator: "In", values: [1] } }];
    const spec = { initContainers: [{ name: "i", restartPolicyRules: rules }] };
    const of = (restartingAll: boolean, phase: Phase = "Running") =>
      conditions({ spec, input: { restartingAll, phase } }).AllContainersRestarting;
    expect(of(false)).toBe("False");
    expect(of(false, "Succeeded")).toBe("False | PodCompleted");
    expect(of(true, "Failed")).toBe("False | PodFailed");
    expect(of(true)).toBe("True | RestartAllContainersStarted | container exited with restart policy rule");
    const others = [{ ...rules[0], action: "Restart" }];
    expect(conditions({ spec: { containers: [{ name: "c", restartPolicyRules: others }] } })).not.toHaveProperty(
      "AllContainersRestarting",
    );
  });

  it("name the containers that are not ready, those of unknown status first", () => {
    const { Ready, ContainersReady } = conditions({ input: { statuses: [status("d")] } });
    const why = "False | ContainersNotReady | containers with unknown status: [c], containers with unready status: [d]";
    expect([Ready, ContainersReady]).toEqual([why, why]);
  });

  it("require sidecars to be ready, but not other init containers", () => {
    const spec = { initContainers: [{ name: "i" }, { name: "s", restartPolicy: "Always" }] };
    const statuses = ["i", "s", "c", "d"].map((name) => status(name, { ready: name === "c" || name === "d" }));
    expect(conditions({ spec, input: { statuses } }).Ready).toBe(
      "False | ContainersNotReady | containers with unready status: [s]",
    );
  });

  it.each([
    ["Succeeded", "False | PodCompleted", "True | PodCompleted"],
    ["Failed", "False | PodFailed", "True"],
  ] as const)("are set for a pod that has %s", (phase, ready, initialized) => {
    const found = conditions({ input: { phase, statuses: [status("c", ran), status("d", ran)] } });
    expect([found.Ready, found.Initialized]).toEqual([ready, initialized]);
  });

  it("wait for readiness gates, and name each that is missing", () => {
    const gates = ["a", "b", "c"].map((conditionType) => ({ conditionType }));
    const before = [
      { type: "a", status: "True" },
      { type: "b", status: "Unknown" },
    ];
    const statuses = ["c", "d"].map((name) => status(name, { ready: true }));
    const found = conditions({ spec: { readinessGates: gates }, before, input: { statuses } });
    expect(found.ContainersReady).toBe("True");
    expect(found.Ready).toBe(
      'False | ReadinessGatesNotReady | the status of pod readiness gate "b" is not "True", but Unknown, corresponding condition of pod readiness gate "c" does not exist.',
    );
    expect([found.a, found.b]).toEqual(["True", "Unknown"]);
  });

  it("name init containers that have not completed", () => {
    const spec = { initContainers: [{ name: "i" }, { name: "s", restartPolicy: "Always" }, { name: "j" }] };
    const statuses = [status("i", { ready: true }), status("s", { ready: true, started: false }), status("c")];
    expect(conditions({ spec, input: { statuses } }).Initialized).toBe(
      "False | ContainersNotInitialized | containers with unknown status: [j], containers with incomplete status: [s]",
    );
  });

  it("keep Initialized true for the life of the sandbox", () => {
    const spec = { initContainers: [{ name: "i" }] };
    const before = [{ type: "Initialized", status: "True", lastTransitionTime: "then" }];
    expect(conditions({ spec, before, input: { statuses: [status("i")] } }).Initialized).toBe("True | then");
    expect(conditions({ spec, input: { statuses: [status("i"), status("c", ran)] } }).Initialized).toBe("True");
  });

  it("keep lastTransitionTime while unchanged", () => {
    const before = ["True", "False"].map((is, index) => ({
      type: ["PodScheduled", "PodReadyToStartContainers"][index] ?? "",
      status: is,
      lastTransitionTime: "then",
    }));
    const found = conditions({ before });
    expect([found.PodScheduled, found.PodReadyToStartContainers]).toEqual(["True | then", "True"]);
  });

  it("report an eviction by the node, and a resize in progress", () => {
    const found = conditions({
      before: [{ type: "DisruptionTarget", status: "True", reason: "EvictionByEvictionAPI" }],
      input: { resize: { kind: "in-progress", error: "no room" } },
    });
    expect([found.DisruptionTarget, found.PodResizeInProgress]).toEqual([
      "True | EvictionByEvictionAPI",
      "True | Error | no room",
    ]);
    expect(conditions({ input: { disruption: "disk" } }).DisruptionTarget).toBe("True | TerminationByKubelet | disk");
  });
});
