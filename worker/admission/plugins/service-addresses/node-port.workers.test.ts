import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import type { Service } from "../../../../api/generated/core.v1.ts";
import type { Status } from "../../../../api/generated/meta.v1.ts";
import type { Env } from "../../../env.ts";

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
