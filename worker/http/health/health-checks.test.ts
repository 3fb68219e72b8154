import { expect, test } from "vitest";
import { healthFamily, renderHealth } from "./health-checks.ts";

const well = { canReachStore: true };
const plain = { excluded: [], verbose: false };

test("a health endpoint answers ok, or one line per check", () => {
  expect(renderHealth("livez", well, plain)).toEqual({ code: 200, text: "ok" });
  const { text } = renderHealth("readyz", well, { excluded: [], verbose: true });
  expect(text).toMatch(/^\[\+]ping ok\n\[\+]log ok\n\[\+]etcd ok\n(\[\+][\w/-]+ ok\n)+readyz check passed\n$/);
  expect(text).toContain("[+]informer-sync ok\n");
});

test("an unavailable store is reported without a reason, and without being called", () => {
  const { code, text } = renderHealth("livez", { canReachStore: false }, plain);
  expect(code).toBe(500);
  expect(text).toContain("[-]etcd failed: reason withheld\n");
  expect(text).toMatch(/\nlivez check failed\n$/);
});

test("checks can be excluded, and unknown exclusions are reported", () => {
  const answer = renderHealth("livez", { canReachStore: false }, { excluded: ["etcd", "nope", "b"], verbose: true });
  expect(answer.code).toBe(200);
  expect(answer.text).toContain("[+]etcd excluded: ok\n");
  expect(answer.text).toContain('warn: some health checks cannot be excluded: no matches for "b","nope"\n');
});

test("WIRE-SLIS: each check is a gauge per endpoint, with value one if it passes", () => {
  const { lines } = healthFamily({ canReachStore: false });
  expect(lines).toContainEqual([{ name: "etcd", type: "livez" }, 0]);
  expect(lines).toContainEqual([{ name: "informer-sync", type: "readyz" }, 1]);
  expect(healthFamily(well).lines.every(([, value]) => value === 1)).toBe(true);
});
