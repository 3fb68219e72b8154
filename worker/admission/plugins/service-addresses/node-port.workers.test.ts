import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import type { Service } from "../../../../api/generated/core.v1.ts";
import type { Status } from "../../../../api/generated/meta.v1.ts";
import { call } from "../../../../test/workers/core-calls.ts";
import type { Env } from "../../../env.ts";

const services = "/namespaces/default/services";
const service = (name: string) => ({
  metadata: { name },
  spec: { type: "NodePort", ports: [{ port: 80, nodePort: 30_555 }] },
});

test("REG-ALLOCATION: a dry run finds the node ports of others taken", async () => {
  expect((await call(services, service("np-a"))).code).toBe(201);
  const refused =
    'Service "np-b" is invalid: spec.ports[0].nodePort: Invalid value: 30555: provided port is already allocated';
  expect((await call(`${services}?dryRun=All`, service("np-b"))).object.message).toBe(refused);
  expect((await call(services, { metadata: { name: "np-b" }, spec: { ports: [{ port: 80 }] } })).code).toBe(201);
  expect((await call(`${services}/np-b?dryRun=All`, service("np-b"), "PUT")).object.message).toBe(refused);
  expect((await call(`${services}/np-a?dryRun=All`, service("np-a"), "PUT")).code).toBe(200);
  for (const name of ["np-a", "np-b"]) await call(`${services}/${name}`, {}, "DELETE");
});

async function create(name: string, count: number): Promise<Service & Status> {
  const ports = Array.from({ length: count }, (_, i) => ({ name: `p${i}`, port: i + 1 }));
  const request = {
    method: "POST",
    path: "/api/v1/namespaces/default/services",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ metadata: { name }, spec: { type: "NodePort", ports } }),
  };
  const [answer] = await (env as Env).API.send({ cluster: "default", requests: [request] });
  return JSON.parse(answer?.body ?? "") as Service & Status;
}

const FULL = "Internal error occurred: failed to allocate a nodePort: range is full";

test("REG-NODE-PORT-DRAWN: every port gets a number of its own, of whatever is free, until the range is full", async () => {
  expect(await create("too-many", 2769)).toMatchObject({ code: 500, message: FULL });
  const all = await create("most", 2760);
  expect(new Set(all.spec.ports?.map(({ nodePort }) => nodePort)).size).toBe(2760);
  expect((await create("rest", 8)).spec.ports).toHaveLength(8);
  expect(await create("one", 1)).toMatchObject({ code: 500, message: FULL });
});
