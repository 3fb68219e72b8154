import { expect, test } from "vitest";
import { API, BASE, call, newNamespace, pod } from "../../../test/workers/core-calls.ts";

test.each(["binding", "eviction"])("WIRE-OUTCOME: the outcome of a %s has the requested media type", async (action) => {
  const place = await newNamespace(`outcome-${action}`);
  const post = async (name: string, accept: string) => {
    await call(`${place}/pods`, pod(name));
    const body = { metadata: { name }, ...(action === "binding" ? { target: { name: "n" } } : {}) };
    const headers = { "Content-Type": "application/json", accept };
    const url = `${BASE}${place}/pods/${name}/${action}`;
    const response = await API.fetch(new Request(url, { method: "POST", headers, body: JSON.stringify(body) }));
    return [
      response.status,
      response.headers.get("Content-Type"),
      new TextDecoder().decode(await response.arrayBuffer()).slice(0, 3),
    ];
  };
  expect(await post("a", "application/vnd.kubernetes.protobuf")).toEqual([
    201,
    "application/vnd.kubernetes.protobuf",
    "k8s",
  ]);
  expect(await post("b", "application/yaml")).toEqual([201, "application/yaml", "api"]);
  expect(await post("c", "application/json")).toEqual([201, "application/json", '{"k']);
  expect((await post("d", "text/html"))[0]).toBe(406);
});
