import { expect, test } from "vitest";
import { call } from "../../../test/workers/core-calls.ts";

const ROOT = "https://sailplane/apis/apiregistration.k8s.io/v1/apiservices";

test.each(["?dryRun=All", ""])("an APIService without a Service is created available%s", async (query) => {
  const body = (version: string, spec: object) => ({
    metadata: { name: `${version}.local.example.com` },
    spec: { group: "local.example.com", version, groupPriorityMinimum: 100, versionPriority: 100, ...spec },
  });
  const local = await call(ROOT + query, body("v1", {}));
  expect(local.object).toMatchObject({
    status: { conditions: [{ type: "Available", status: "True", reason: "Local" }] },
  });
  const remote = await call(ROOT + query, body("v2", { service: { namespace: "default", name: "s" } }));
  expect(remote.object).toMatchObject({ status: {} });
  expect(remote.object).not.toHaveProperty("status.conditions");
});
