import { beforeAll, expect, test } from "vitest";
import { API, BASE, call, newNamespace, pod } from "../../../test/workers/core-calls.ts";

/** A pod that has an address, on a node that is not connected. */
async function addressed(pods: string, name: string): Promise<void> {
  const { object } = await call(pods, pod(name, { nodeName: "n" }));
  const status = { podIP: "10.1.2.3", podIPs: [{ ip: "10.1.2.3" }] };
  expect((await call(`${pods}/${name}/status`, { ...object, status }, "PUT")).code).toBe(200);
}

let pods: string;

beforeAll(async () => {
  pods = `${await newNamespace("proxy-ports")}/pods`;
  await addressed(pods, "web");
});

test("a pod is not reached at what is no port, in the words of Go", async () => {
  const answers = ["http:web:99999", "web:99999", "web:abc", "web:7.5"].map(async (name) => {
    const answer = await call(`${pods}/${encodeURIComponent(name)}/proxy/x`);
    return [answer.code, answer.object.message];
  });
  expect(await Promise.all(answers)).toEqual(
    [
      "address 99999: invalid port",
      "address 99999: invalid port",
      "lookup tcp/abc: unknown port",
      "lookup tcp/7.5: unknown port",
    ].map((why) => [503, `error trying to reach service: dial tcp: ${why}`]),
  );
});

test("a path that ends with `proxy` is completed before anything is dialled", async () => {
  const { status, headers } = await API.fetch(`${BASE}${pods}/web:99999/proxy`, { redirect: "manual" });
  expect([status, headers.get("Location")]).toEqual([301, `/api/v1${pods}/web:99999/proxy/`]);
});

test("a pod and its namespace may be called like parts of the path", async () => {
  const named = `${await newNamespace("pods")}/pods`;
  await addressed(named, "proxy");
  const { status, headers } = await API.fetch(`${BASE}${named}/proxy/proxy`, { redirect: "manual" });
  expect([status, headers.get("Location")]).toEqual([301, `/api/v1${named}/proxy/proxy/`]);
});
