import { expect, test } from "vitest";
import { LOCAL_VOLUMES } from "../../api/node/local-volumes.ts";
import { createApiClient } from "../../client/api-client.ts";
import { plainNode } from "../../test/fakes/node/node-facts.ts";
import { registerNode } from "./registration.ts";

test("CTL-LOCAL-CLASS: a node reports where it keeps local volumes, and stops once it keeps none", async () => {
  const told: { labels: Record<string, unknown>; annotations: Record<string, unknown> }[] = [];
  const client = createApiClient({
    base: "https://plane",
    headers: () => ({}),
    fetch: async (request) => {
      const { metadata } = (await request.json()) as { metadata?: (typeof told)[number] };
      if (metadata) told.push(metadata);
      return Response.json({ kind: "Node", apiVersion: "v1", metadata: { name: "n" }, spec: {}, status: {} });
    },
  });
  await registerNode(client, plainNode({ localVolumes: "/volumes" }));
  await registerNode(client, plainNode());
  expect(told.map(({ labels, annotations }) => [labels[LOCAL_VOLUMES], annotations[LOCAL_VOLUMES]])).toEqual([
    ["true", "/volumes"],
    [null, null],
  ]);
});
