import { expect, it } from "vitest";
import { RequestCounts } from "./request-counts.ts";

it("AGENT-METRICS: requests are counted by method and code, including those that are not answered", async () => {
  const counts = new RequestCounts("https://10.0.0.1:6443");
  const answers = [200, 200, 409, undefined];
  const ask = counts.counting(async (_: { readonly method: string }) => {
    const code = answers.shift();
    if (code === undefined) throw new Error("no answer");
    return { code };
  });
  for (const method of ["GET", "PATCH", "PATCH"]) await ask({ method });
  await expect(ask({ method: "GET" })).rejects.toThrow("no answer");
  expect(counts.host).toBe("10.0.0.1:6443");
  expect(counts.all).toEqual([
    { method: "GET", code: "200", count: 1 },
    { method: "PATCH", code: "200", count: 1 },
    { method: "PATCH", code: "409", count: 1 },
    { method: "GET", code: "<error>", count: 1 },
  ]);
  expect([...counts.seconds].map(([method, seconds]) => [method, seconds.counts.at(-1)])).toEqual([
    ["GET", 2],
    ["PATCH", 2],
  ]);
});
