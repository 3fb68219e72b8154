import { expect, test } from "vitest";
import { builtIn } from "../kinds/kind-registry.ts";
import { admittedRequest } from "./admitted-request.ts";
import type { AdmissionRequest } from "./plugin.ts";

const served = builtIn.find("", "v1", "namespaces");

const admitted = (more: object, user: object = {}) => {
  if (!served) throw new Error("no namespaces");
  const context = {
    served,
    path: { name: "n", namespace: "" },
    query: new URLSearchParams(),
    user: { name: "u", groups: ["g"], ...user },
  };
  const request = { operation: "UPDATE", subresource: "", namespace: "", name: "n", dryRun: false, context, ...more };
  return admittedRequest(request as unknown as AdmissionRequest, served);
};

test("ADM-REQUEST: what a request has not got is absent", () => {
  const { subResource, requestSubResource, userInfo } = admitted({});
  expect({ subResource, requestSubResource }).toEqual({});
  expect(Object.keys(admitted({}))).not.toContain("subResource");
  expect(userInfo).toEqual({ username: "u", groups: ["g"] });
});

test("ADM-REQUEST: what it has is there", () => {
  expect(admitted({ subresource: "status" }, { uid: "1", extra: { k: ["v"] } })).toMatchObject({
    subResource: "status",
    requestSubResource: "status",
    // A namespace is in itself.
    namespace: "n",
    name: "n",
    userInfo: { username: "u", uid: "1", groups: ["g"], extra: { k: ["v"] } },
  });
});
