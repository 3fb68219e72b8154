import { expect, it } from "vitest";
import type { FlowSchema, PriorityLevelConfiguration } from "../../api/generated/flowcontrol.v1.ts";
import { controlledCluster } from "../../test/fakes/controllers/controlled-cluster.ts";
import { flowSchemaStatus } from "./flow-schema-status.ts";

const SCHEMAS = "flowschemas.flowcontrol.apiserver.k8s.io";
const LEVELS = "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io";
const API_VERSION = "flowcontrol.apiserver.k8s.io/v1";

it("CTL-APPLY: a flow schema is Dangling while its priority level is missing", async () => {
  const at = controlledCluster([flowSchemaStatus]);
  const danglings = () =>
    at.cluster
      .get<FlowSchema>(SCHEMAS, "", "s")
      ?.status.conditions?.map(({ type, status, reason, message }) => ({ type, status, reason, message }));
  at.cluster.put<FlowSchema>(SCHEMAS, {
    apiVersion: API_VERSION,
    kind: "FlowSchema",
    metadata: { name: "s" },
    spec: { priorityLevelConfiguration: { name: "p" } },
    status: {},
  });
  await at.settle();
  const text = 'This FlowSchema references the PriorityLevelConfiguration object named "p"';
  expect(danglings()).toEqual([
    { type: "Dangling", status: "True", reason: "NotFound", message: `${text} but there is no such object` },
  ]);
  at.cluster.put<PriorityLevelConfiguration>(LEVELS, {
    apiVersion: API_VERSION,
    kind: "PriorityLevelConfiguration",
    metadata: { name: "p" },
    spec: { type: "Exempt" },
    status: {},
  });
  await at.settle();
  expect(danglings()).toEqual([
    { type: "Dangling", status: "False", reason: "Found", message: `${text} and it exists` },
  ]);
  const applied = `apply as api-priority-and-fairness-config-consumer-v1 ${SCHEMAS}/status s`;
  expect(at.cluster.requests).toEqual([applied, applied]);
  expect(at.complaints).toEqual([]);
});
