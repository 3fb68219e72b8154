import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import guide from "../../../docs/security.md?raw";
import { call, newCluster } from "../../../test/workers/api-under-test.ts";

test("the guide's policy about addresses of Services refuses those that are added, and nothing else", async () => {
  const base = await newCluster("external-addresses");
  const services = `${base}/api/v1/namespaces/default/services`;
  const addresses = (...externalIPs: string[]) => ({ spec: { ports: [{ port: 80 }], externalIPs } });
  const create = (name: string, spec: object) => call(services, { body: { metadata: { name }, ...spec } });
  const patch = (body: object) => call(`${services}/old`, { method: "PATCH", body });

  expect((await create("old", addresses("203.0.113.9"))).code).toBe(201);
  const [, manifest = ""] = /```yaml\n(apiVersion: admissionregistration[^`]*)```/.exec(guide) ?? [];
  const [policy, binding] = parseAllDocuments(manifest).map((each) => each.toJS() as object);
  const policies = `${base}/apis/admissionregistration.k8s.io/v1`;
  for (const [plural, body] of [
    ["validatingadmissionpolicies", policy],
    ["validatingadmissionpolicybindings", binding],
  ] as const)
    expect(await call(`${policies}/${plural}`, { body: body ?? {} })).toMatchObject({ code: 201 });

  const refused = { code: 422, object: { message: expect.stringContaining("external addresses may not be added") } };
  expect(await create("new", addresses("203.0.113.7"))).toMatchObject(refused);
  expect((await create("plain", addresses())).code).toBe(201);
  expect(await patch(addresses("203.0.113.9", "203.0.113.7"))).toMatchObject(refused);
  expect((await patch({ metadata: { labels: { a: "b" } } })).code).toBe(200);
  expect((await patch(addresses())).code).toBe(200);
  expect(await patch(addresses("203.0.113.9"))).toMatchObject(refused);
});
