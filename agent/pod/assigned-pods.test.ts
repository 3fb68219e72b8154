import { beforeEach, describe, expect, it } from "vitest";
import type { Pod } from "../../api/generated/core.v1.ts";
import { AssignedPods } from "./assigned-pods.ts";

const podOf = (uid: string): Pod => ({ metadata: { name: uid, uid }, spec: { containers: [] }, status: {} });

let known: Pod[];
let calls: string[];
let pods: AssignedPods;

beforeEach(() => {
  known = [];
  calls = [];
  const started = new Map<string, { update: () => void }>();
  const workers = {
    get: (uid: string) => started.get(uid),
    start: (_: unknown, { metadata: { uid = "" } }: Pod) => {
      calls.push(`start ${uid}`);
      started.set(uid, { update: () => calls.push(`update ${uid}`) });
    },
    remove: (uid: string) => {
      calls.push(`remove ${uid}`);
      return started.delete(uid);
    },
  };
  pods = new AssignedPods({
    workers,
    objects: { pods: () => known },
    statics: { pods: [] },
    context: {},
    awaitsNetwork: () => false,
  } as never);
});

describe("AGENT-ONCE: when an agent starts again", () => {
  it("the pods that it knows wait for what the control plane tells", () => {
    known = [podOf("same"), podOf("changed"), podOf("deleted")];
    pods.follow(podOf("changed"));
    // It may still run, and is to end in order.
    pods.gone(podOf("deleted"));
    expect(calls).toEqual(["start changed", "start deleted", "remove deleted"]);
    known = [podOf("same"), podOf("changed")];
    pods.begin();
    expect(calls.slice(3)).toEqual(["start same", "update changed"]);
  });

  it("nothing is started for pods that are deleted later, and have ended before", () => {
    pods.begin();
    pods.gone(podOf("ended"));
    expect(calls).toEqual(["remove ended"]);
  });
});
