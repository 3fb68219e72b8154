import { expect, test } from "vitest";
import type { FlowSchema, PriorityLevelConfiguration } from "../../api/generated/flowcontrol.v1.ts";
import type { Revision } from "../../api/store/store.ts";
import type { Attributes } from "../auth/attributes.ts";
import { MASTERS, type User } from "../auth/user.ts";
import { flowControl } from "../bootstrap/flow-control.ts";
import { PolicySnapshot } from "../policy/snapshot.ts";
import { flowOf } from "./classify.ts";

const objects = flowControl("2026-01-01T00:00:00Z") as (FlowSchema | PriorityLevelConfiguration)[];

function snapshot(more: readonly (FlowSchema | PriorityLevelConfiguration)[] = []): PolicySnapshot {
  const byKind = (kind: string) =>
    new Map(
      [...objects, ...more]
        .filter((each) => each.kind === kind)
        .map((each) => [
          `/${each.metadata.name}`,
          { ...each, metadata: { ...each.metadata, uid: each.metadata.name } },
        ]),
    );
  return new PolicySnapshot(
    1 as Revision,
    new Map([
      ["flowschemas.flowcontrol.apiserver.k8s.io", byKind("FlowSchema")],
      ["prioritylevelconfigurations.flowcontrol.apiserver.k8s.io", byKind("PriorityLevelConfiguration")],
    ]) as never,
  );
}

const user = (name: string, ...groups: string[]): User => ({ name, groups: [...groups, "system:authenticated"] });
const on = (
  verb: string,
  resource: string,
  over: Partial<Extract<Attributes, { resource: string }>> = {},
): Attributes => ({
  verb,
  group: "",
  version: "v1",
  resource,
  subresource: "",
  namespace: "ns",
  name: "",
  ...over,
});
const account = (namespace: string, name: string) =>
  user(`system:serviceaccount:${namespace}:${name}`, "system:serviceaccounts", `system:serviceaccounts:${namespace}`);

const schemaOf = (who: User, attributes: Attributes, policy = snapshot()) =>
  flowOf(policy, { user: who, attributes })?.flowSchemaUid;

test.each<[User, Attributes, string, string]>([
  [user("admin", MASTERS), on("list", "pods"), "exempt", "exempt"],
  [user("jane"), on("list", "pods"), "global-default", "global-default"],
  [user("jane"), { verb: "get", path: "/healthz" }, "probes", "exempt"],
  [user("jane"), { verb: "get", path: "/metrics" }, "global-default", "global-default"],
  [account("team", "builder"), on("get", "pods"), "service-accounts", "workload-low"],
  [
    account("kube-system", "generic-garbage-collector"),
    on("get", "pods"),
    "kube-system-service-accounts",
    "workload-high",
  ],
  [
    user("system:node:n", "system:nodes"),
    on("update", "nodes", { namespace: "", subresource: "status" }),
    "system-node-high",
    "node-high",
  ],
  [user("system:node:n", "system:nodes"), on("get", "pods"), "system-nodes", "system"],
])("%o asking %o", (who, attributes, flowSchema, priorityLevel) => {
  expect(flowOf(snapshot(), { user: who, attributes })).toMatchObject({
    flowSchemaUid: flowSchema,
    priorityLevelUid: priorityLevel,
  });
});

test("a custom flow schema is used by its precedence, and only while its priority level exists", () => {
  const mine = {
    kind: "FlowSchema",
    metadata: { name: "mine" },
    spec: {
      matchingPrecedence: 1000,
      priorityLevelConfiguration: { name: "my-level" },
      rules: [
        {
          subjects: [{ kind: "User", user: { name: "noxu" } }],
          nonResourceRules: [{ verbs: ["*"], nonResourceURLs: ["/version", "/a/*"] }],
        },
      ],
    },
  } as FlowSchema;
  const level = { kind: "PriorityLevelConfiguration", metadata: { name: "my-level" } } as PriorityLevelConfiguration;
  const ask = (path: string, policy: PolicySnapshot) => schemaOf(user("noxu"), { verb: "get", path }, policy);
  expect(ask("/version", snapshot([mine, level]))).toBe("mine");
  expect(ask("/a/b", snapshot([mine, level]))).toBe("mine");
  expect(ask("/b", snapshot([mine, level]))).toBe("global-default");
  expect(ask("/version", snapshot([mine]))).toBe("global-default");
  expect(schemaOf(user("noxu"), on("get", "pods"), snapshot([mine, level]))).toBe("global-default");
});
