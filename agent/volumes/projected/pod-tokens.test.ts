import { beforeEach, describe, expect, it } from "vitest";
import type { Pod, Volume } from "../../../api/generated/core.v1.ts";
import { PodTokens } from "./pod-tokens.ts";

const pod: Pod = { metadata: { name: "p" }, spec: { containers: [] }, status: {} };
const volume = (...paths: string[]): Volume => ({
  name: "v",
  projected: { sources: [{ configMap: { name: "m" } }, ...paths.map((path) => ({ serviceAccountToken: { path } }))] },
});

let requests: unknown[];
let isAway: boolean;
let tokens: PodTokens;
beforeEach(() => {
  requests = [];
  isAway = false;
  tokens = new PodTokens({
    token: async (_, request) => {
      if (isAway) throw new Error("away");
      requests.push(request);
      return { token: `t${requests.length}`, renewAt: requests.length * 1000 };
    },
  });
});
const at = async (now: number, wanted = volume("a")) => Object.fromEntries(await tokens.of(pod, wanted, now));

describe("service account tokens of a pod", () => {
  it("are requested once, and again when due for renewal", async () => {
    expect(await at(0)).toEqual({ a: "t1" });
    expect(await at(999)).toEqual({ a: "t1" });
    expect(await at(1000)).toEqual({ a: "t2" });
    expect(requests).toEqual([
      { audience: undefined, expirationSeconds: 3600 },
      { audience: undefined, expirationSeconds: 3600 },
    ]);
  });

  it("are renewed independently, at the earliest due time", async () => {
    expect(await at(0, volume("a", "b"))).toEqual({ a: "t1", b: "t2" });
    expect(tokens.renewAt).toBe(1000);
    expect(await at(1000, volume("a", "b"))).toEqual({ a: "t3", b: "t2" });
    expect(tokens.renewAt).toBe(2000);
  });

  it("are kept while valid if renewal fails, which is retried after a delay", async () => {
    await at(0);
    isAway = true;
    expect(await at(1000)).toEqual({ a: "t1" });
    expect(tokens.renewAt).toBe(31_000);
    isAway = false;
    expect(await at(30_000)).toEqual({ a: "t1" });
    expect(await at(31_000)).toEqual({ a: "t2" });
  });

  it("block the volume if the first request fails", async () => {
    isAway = true;
    await expect(at(0)).rejects.toThrow("failed to fetch token: away");
    expect(tokens.renewAt).toBeUndefined();
  });

  it("are forgotten with the pod's volumes", async () => {
    await at(0);
    tokens.clear();
    expect([tokens.renewAt, await at(1)]).toEqual([undefined, { a: "t2" }]);
  });
});
