import { expect, test } from "vitest";
import { call, newNamespace, pod } from "../../../test/workers/core-calls.ts";

test("a pod is not reached at what is no port, in the words of Go", async () => {
  const place = await newNamespace("proxy-ports");
  const { object } = await call(`${place}/pods`, pod("web", { nodeName: "n" }));
  const status = { podIP: "10.1.2.3", podIPs: [{ ip: "10.1.2.3" }] };
  expect((await call(`${place}/pods/web/status`, { ...object, status }, "PUT")).code).toBe(200);
  const answers = ["http:web:99999", "web:99999", "web:abc", "web:7.5"].map(async (name) => {
    const answer = await call(`${place}/pods/${encodeURIComponent(name)}/proxy/x`);
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
