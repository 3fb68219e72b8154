import { expect, test } from "vitest";
import { controllers } from "../controllers/index.ts";
import type { ResourceAttributes } from "./attributes.ts";
import { controlLoopMay } from "./control-loops.ts";

const requested = (verb: string, resource: string, subresource = ""): ResourceAttributes => ({
  ...{ verb, group: "", version: "v1", resource, subresource, namespace: "", name: "n" },
});
const mayWho = (attributes: ResourceAttributes): readonly string[] =>
  controllers
    .map(({ name }) => name)
    .filter((name) => controlLoopMay({ name: `system:serviceaccount:kube-system:${name}`, groups: [] }, attributes));

test("AUTHZ-LOOP: an account may do what any of its controllers declares", () => {
  expect(mayWho(requested("delete", "pods"))).toContain("node-controller");
  expect(mayWho(requested("update", "leases"))).not.toContain("node-controller");
  for (const { name, writes } of controllers)
    for (const resource of writes.filter((each) => !/[./*]/.test(each)))
      expect(mayWho(requested("update", resource))).toContain(name);
});

test("AUTHZ-LOOP: only control loops that declare it may call nodes, whatever other permissions they have", () => {
  expect(mayWho(requested("update", "nodes", "proxy"))).toEqual(["local-volume-provisioner", "local-volume-deleter"]);
  expect(mayWho(requested("create", "pods", "exec"))).toEqual([]);
  expect(mayWho(requested("create", "pods", "proxy"))).toEqual([]);
  expect(mayWho(requested("get", "nodes"))).toContain("local-volume-deleter");
  expect(mayWho(requested("update", "nodes"))).not.toContain("local-volume-deleter");
});
