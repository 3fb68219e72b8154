import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import type { Env } from "../../env.ts";

const { API } = env as Env;

test("STORE-POLICY: each of many concurrent changes of policy succeeds", async () => {
  const names = Array.from({ length: 16 }, (_, i) => `at-once-${i}`);
  const url = "https://sailplane/apis/rbac.authorization.k8s.io/v1/clusterroles";
  const ask = (method: string, address: string, body?: object) =>
    API.fetch(
      new Request(address, {
        method,
        headers: { "Content-Type": "application/json" },
        ...(body && { body: JSON.stringify(body) }),
      }),
    ).then(async (response) => {
      await response.text();
      return response.status;
    });
  const role = (name: string) => ({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    metadata: { name },
  });
  await ask("GET", url);
  const made = await Promise.all(names.map((name) => ask("POST", url, role(name))));
  expect(new Set(made)).toEqual(new Set([201]));
  const removed = await Promise.all(names.map((name) => ask("DELETE", `${url}/${name}`)));
  expect(new Set(removed)).toEqual(new Set([200]));
});
