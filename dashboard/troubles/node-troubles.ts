import type { Node } from "../../api/generated/core.v1.ts";
import type { Stored } from "../../api/machinery/meta.ts";
import type { Trouble } from "./trouble.ts";

const readinessOf = ({ status }: Stored<Node>) => status.conditions?.find(({ type }) => type === "Ready");

export const isNodeReady = (node: Stored<Node>): boolean => readinessOf(node)?.status === "True";

export const nodeTroubles = (nodes: Iterable<Stored<Node>>): Trouble[] =>
  [...nodes].flatMap((node) => nodeTrouble(node) ?? []);

function nodeTrouble(node: Stored<Node>): Trouble | undefined {
  const { uid, name, creationTimestamp } = node.metadata;
  const base = { uid, apiVersion: "v1", kind: "Node", namespace: "", name, detail: "" };
  const ready = readinessOf(node);
  if (ready?.status !== "True") {
    const since = ready?.lastTransitionTime ?? creationTimestamp;
    return { ...base, tone: "bad", state: "NotReady", why: whyNotReady(ready), detail: ready?.message ?? "", since };
  }
  const pressed = node.status.conditions?.find(({ type, status }) => type !== "Ready" && status === "True");
  if (pressed) {
    const { type: state = "", message: detail = "", lastTransitionTime: since = creationTimestamp } = pressed;
    return { ...base, tone: "bad", state, why: PRESSURE[state] ?? OTHER_CONDITION, detail, since };
  }
  if (!node.spec.unschedulable) return undefined;
  return { ...base, tone: "warn", state: "Cordoned", why: CORDONED, since: creationTimestamp };
}

const CORDONED = "It takes no new pods: uncordon it once its maintenance is over.";
const OTHER_CONDITION = "It reports a condition that is no good news: its page says more.";

const PRESSURE: Readonly<Record<string, string>> = {
  MemoryPressure: "Its memory runs short and pods may be evicted: move pods away, or set their requests and limits.",
  DiskPressure: "Its disk runs full and pods may be evicted: free space, or move pods away.",
  PIDPressure: "It runs too many processes: find the pod that starts them.",
  NetworkUnavailable: "Its pod network is not set up: look at the network plugin there.",
};

function whyNotReady(ready: ReturnType<typeof readinessOf>): string {
  if (!ready || ready.reason === "NodeStatusNeverUpdated")
    return "It has not reported yet: look whether its agent runs and reaches the control plane.";
  return ready.status === "Unknown"
    ? "It reports no more: look whether the machine is on, its agent runs, and it reaches the control plane."
    : "It says that it is not ready: mend what it reports below.";
}
