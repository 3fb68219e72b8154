import { expect, it } from "vitest";
import type { FlowSchema, PriorityLevelConfiguration } from "../../api/generated/flowcontrol.v1.ts";
import { controlledCluster } from "../../test/fakes/controllers/controlled-cluster.ts";
import { flowSchemaStatus } from "./flow-schema-status.ts";

const SCHEMAS = "flowschemas.flowcontrol.apiserver.k8s.io";
const LEVELS = "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io";
const API_VERSION = "flowcontrol.apiserver.k8s.io/v1";

it("a flow schema is Dangling while its priority level is missing, and keeps the conditions of others", async () => {
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
    status: { conditions: [{ type: "Mine", status: "True", reason: "r", message: "m" }] },
  });
  await at.settle();
  const mine = { type: "Mine", status: "True", reason: "r", message: "m" };
  const text = 'This FlowSchema references the PriorityLevelConfiguration object named "p"';
  expect(danglings()).toEqual([
    mine,
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
    mine,
    { type: "Dangling", status: "False", reason: "Found", message: `${text} and it exists` },
  ]);
  expect(at.complaints).toEqual([]);
});
