import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import type { Env } from "../../env.ts";

const { API } = env as Env;
const AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

test.each([
  [AGGREGATED, AGGREGATED],
  [`application/json, ${AGGREGATED}`, AGGREGATED],
  [`application/json;q=0.9, ${AGGREGATED};q=0.1`, AGGREGATED],
  [`*/*, ${AGGREGATED}`, AGGREGATED],
  ["application/json", "application/json"],
])("whoever accepts %s gets %s", async (accept, type) => {
  const answer = await API.fetch(new Request("https://sailplane/apis", { headers: { Accept: accept } }));
  await answer.body?.cancel();
  expect(answer.headers.get("Content-Type")).toBe(type);
});
