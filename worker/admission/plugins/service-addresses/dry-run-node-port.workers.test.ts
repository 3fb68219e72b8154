import { expect, test } from "vitest";
import { call } from "../../../../test/workers/core-calls.ts";

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
});
