import { afterEach, expect, test, vi } from "vitest";
import type { Pod } from "../../api/generated/core.v1.ts";
import type { ApiClient } from "../../client/api-client.ts";
import { apiVolumeSources } from "./api-sources.ts";

afterEach(() => {
  vi.useRealTimers();
});

const pod: Pod = { metadata: { name: "p", namespace: "n" }, spec: { containers: [] }, status: {} };

test.each(["2026-01-01T00:00:00Z", "2030-01-01T00:00:00Z"])(
  "AGENT-CLOCK: a token is renewed after 80 % of its lifetime, even if the machine's clock says %s",
  async (now) => {
    vi.useFakeTimers({ now: Date.parse(now) });
    const expirationTimestamp = "2028-01-01T00:00:00Z";
    const object = { spec: { expirationSeconds: 600 }, status: { token: "t", expirationTimestamp } };
    const sources = apiVolumeSources({} as ApiClient, { create: async () => ({ ok: true, object }) } as never);
    const held = await sources.token(pod, { audience: undefined, expirationSeconds: 3600 });
    expect(held).toMatchObject({ token: "t", renewAt: performance.now() + 480_000 });
  },
);
