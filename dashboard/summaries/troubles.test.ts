import { expect, it } from "vitest";
import type { DaemonSet, StatefulSet } from "../../api/generated/apps.v1.ts";
import type { Node } from "../../api/generated/core.v1.ts";
import type { Stored } from "../../api/machinery/meta.ts";
import type { PodSummary } from "./pod-summary.ts";
import {
  daemonSetTroubles,
  nodeTroubles,
  podTroubles,
  sortOfTrouble,
  statefulSetTroubles,
  worstFirst,
} from "./troubles.ts";

const NOW = Date.parse("2026-01-01T01:00:00Z");
const well: PodSummary = {
  uid: "u",
  namespace: "shop",
  name: "web",
  created: "2026-01-01T00:00:00Z",
  owners: [],
  node: "n",
  state: "Running",
  why: "",
  unschedulable: "",
  ready: true,
  finished: false,
  restarts: 0,
  cpu: 0,
  memory: 0,
};
const troublesOf = (pod: Partial<PodSummary>) =>
  podTroubles([{ ...well, ...pod }], NOW).map(({ tone, state, why }) => [tone, state, why]);

it.each<[string, Partial<PodSummary>, ReturnType<typeof troublesOf>]>([
  ["that is ready", {}, []],
  ["that succeeded", { ready: false, finished: true, state: "Completed" }, []],
  [
    "that failed",
    { ready: false, finished: true, state: "Error", why: "c ended with exit code 1." },
    [["bad", "Error", "c ended with exit code 1."]],
  ],
  [
    "that crashes repeatedly",
    { ready: false, state: "CrashLoopBackOff", why: "c ended with exit code 3.", restarts: 4 },
    [["bad", "CrashLoopBackOff", "c ended with exit code 3. Restarted 4 times."]],
  ],
  [
    "whose container gives no message",
    { ready: false, state: "ErrImagePull" },
    [["bad", "ErrImagePull", "A container cannot start."]],
  ],
  [
    "that cannot be scheduled",
    { ready: false, state: "Pending", node: "", unschedulable: "0/1 nodes are available" },
    [["bad", "Unschedulable", "0/1 nodes are available"]],
  ],
  ["that was just created", { ready: false, state: "Pending", created: "2026-01-01T00:59:30Z" }, []],
  [
    "that has waited long for a node",
    { ready: false, state: "Pending", node: "" },
    [["warn", "Pending", "No node has been found for it."]],
  ],
])("problems of a pod %s", (_, pod, said) => expect(troublesOf(pod)).toEqual(said));

const node = (name: string, conditions: Node["status"]["conditions"], spec: Node["spec"] = {}): Stored<Node> => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { uid: name, name, resourceVersion: "1", creationTimestamp: "2026-01-01T00:00:00Z" },
  spec,
  status: { ...(conditions && { conditions }) },
});
const ready = { type: "Ready", status: "True" };

it("unreachable nodes come first, cordoned ones last", () => {
  const nodes = [
    node("well", [ready]),
    node("cordoned", [ready], { unschedulable: true }),
    node("silent", undefined),
    node("full", [ready, { type: "DiskPressure", status: "True", message: "kubelet has disk pressure" }]),
  ];
  const said = [...podTroubles([{ ...well, ready: false, state: "Error" }], NOW), ...nodeTroubles(nodes)].sort(
    worstFirst,
  );
  expect(said.map(({ name, state }) => `${name} ${state}`)).toEqual([
    "silent NotReady",
    "full DiskPressure",
    "web Error",
    "cordoned Cordoned",
  ]);
});

it("pods of one owner with the same problem are grouped, others stay separate", () => {
  const late = { ready: false, state: "Pending", node: "" };
  const pods = [
    { ...well, ...late, uid: "a", owners: ["web"] },
    { ...well, ...late, uid: "b", owners: ["web"] },
    { ...well, ...late, uid: "c", owners: ["web"], unschedulable: "no room" },
    { ...well, ...late, uid: "d" },
    { ...well, ...late, uid: "e" },
  ];
  expect(new Set(podTroubles(pods, NOW).map(sortOfTrouble)).size).toBe(4);
});

it("an incomplete StatefulSet or DaemonSet is reported like a Deployment", () => {
  const metadata = {
    uid: "7",
    name: "db",
    namespace: "shop",
    resourceVersion: "1",
    creationTimestamp: "2026-01-01T00:00:00Z",
  };
  const apps = { apiVersion: "apps/v1", metadata };
  const set = { ...apps, kind: "StatefulSet", spec: { replicas: 2 }, status: { readyReplicas: 0 } };
  const daemons = {
    ...apps,
    kind: "DaemonSet",
    spec: {},
    status: { desiredNumberScheduled: 3, updatedNumberScheduled: 1 },
  };
  const said = [
    ...statefulSetTroubles([set as unknown as Stored<StatefulSet>]),
    ...daemonSetTroubles([daemons as unknown as Stored<DaemonSet>]),
  ];
  expect(said.map(({ kind, why }) => `${kind}: ${why}`)).toEqual([
    "StatefulSet: 0 of 2 replicas are ready.",
    "DaemonSet: 1 of 3 nodes have the new pod.",
  ]);
});
