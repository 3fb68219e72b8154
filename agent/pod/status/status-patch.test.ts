import { expect, it } from "vitest";
import type { PodStatus } from "../../../api/generated/core.v1.ts";
import { applyStrategicMergePatch } from "../../../api/machinery/patch/strategic-merge.ts";
import { structOf } from "../../../api/schema/table.ts";
import { statusPatch } from "./status-patch.ts";

it("AGENT-STATUS-SANDBOX: a pod has only the addresses of its newest sandbox and of the node", () => {
  const conditions = [{ type: "Ready", status: "True" }];
  const at = (ip: string): PodStatus => ({ podIPs: [{ ip }], hostIPs: [{ ip }], podIP: ip, conditions });
  const object = { kind: "Pod", status: at("10.0.0.1") };
  const patch = { status: statusPatch(object.status, at("10.0.0.2"), { replace: false }) };
  const patched = applyStrategicMergePatch(object as never, patch, structOf("core.v1.Pod"));
  expect(patched).toMatchObject({ ok: true, object: { status: at("10.0.0.2") } });
});

it.each([
  ["leaves", false],
  ["that replaces the API's leaves", true],
])("AGENT-STATUS: a status %s alone what others have written since it was computed", (_, replace) => {
  const others: PodStatus = {
    nominatedNodeName: "other",
    resourceClaimStatuses: [{ name: "gpu", resourceClaimName: "p-gpu" }],
    extendedResourceClaimStatus: { requestMappings: [], resourceClaimName: "p-extended" },
  };
  const conditions = [{ type: "Ready", status: "True" }];
  const object = { kind: "Pod", status: { ...others, conditions, phase: "Pending", message: "old" } };
  const earlier: PodStatus = { resourceClaimStatuses: [{ name: "gpu" }], nominatedNodeName: "earlier" };
  const next: PodStatus = { ...earlier, phase: "Running", conditions };
  const patch = { status: statusPatch(object.status, next, { replace }) };
  const patched = applyStrategicMergePatch(object as never, patch, structOf("core.v1.Pod"));
  expect(patched).toMatchObject({ ok: true, object: { status: { ...others, phase: "Running" } } });
  expect(patched).not.toHaveProperty("object.status.message");
});
