import { expect, it } from "vitest";
import type { Pod } from "../../api/generated/core.v1.ts";
import { podTable } from "./pod-table.ts";

const status = { image: "", imageID: "", name: "c", ready: true, restartCount: 2 };
const pod = (name: string, more: Partial<Pod["status"]> = {}): Pod => ({
  metadata: { namespace: "default", name },
  spec: { containers: [] },
  status: { phase: "Running", podIP: "10.0.0.1", containerStatuses: [status], ...more },
});

it("the pod table lists a node's pods by name, with their waiting reasons", () => {
  const waiting = [{ ...status, ready: false, state: { waiting: { reason: "CrashLoopBackOff" } } }];
  expect(podTable([pod("web"), pod("api", { containerStatuses: waiting })])).toBe(
    [
      "NAMESPACE   NAME   READY   STATUS             RESTARTS   IP",
      "default     api    0/1     CrashLoopBackOff   2          10.0.0.1",
      "default     web    1/1     Running            2          10.0.0.1",
      "",
    ].join("\n"),
  );
});
