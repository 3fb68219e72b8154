import { expect, it } from "vitest";
import { healthzResponse, proxyModeResponse } from "./proxy-status.ts";

const NOW = Date.parse("2026-01-01T00:01:00Z");
const good = { isUpToDate: true, updatedAt: Date.parse("2026-01-01T00:00:00Z"), isEligible: true };
const answer = (path: string, state = good) => {
  const { code, text } = healthzResponse(path, state, NOW);
  return [code, code === 404 ? text : JSON.parse(text)];
};
const times = { lastUpdated: "2026-01-01T00:01:00.000Z", currentTime: "2026-01-01T00:01:00.000Z" };

it("PROXY-STATUS: /healthz tells load balancers whether the node forwards connections", () => {
  expect(answer("/healthz")).toEqual([200, { ...times, nodeEligible: true }]);
  expect(answer("/healthz", { ...good, isEligible: false })).toEqual([503, { ...times, nodeEligible: false }]);
  expect(answer("/livez", { ...good, isEligible: false })).toEqual([200, times]);
  const late = { ...times, lastUpdated: "2026-01-01T00:00:00.000Z" };
  expect(answer("/livez", { ...good, isUpToDate: false })).toEqual([503, late]);
  expect(answer("/else")[0]).toBe(404);
  expect(answer("/livez?verbose")).toEqual([200, times]);
});

it("PROXY-STATUS, AGENT-STANDS: what is no URL is not found", () => {
  for (const url of ["//", "///healthz", "*"]) expect(answer(url)[0], url).toBe(404);
  expect(proxyModeResponse("//").code).toBe(404);
});

it("PROXY-STATUS: /proxyMode reports the proxy mode", () => {
  expect(proxyModeResponse("/proxyMode")).toMatchObject({ code: 200, text: "nftables" });
  expect(proxyModeResponse("/").code).toBe(404);
});
