import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { resources } from "../../api/resources/index.ts";
import type { Env } from "../../worker/env.ts";
import { startingPoints } from "./starting-points.ts";

const { API } = env as Env;
const answers = { name: "web", image: "nginx", port: 80, replicas: 2 };

test.each(startingPoints.map((point) => [point.kind, point] as const))(
  "a starting point for %s is accepted by the cluster unchanged",
  async (kind, point) => {
    const { group, version, plural, scope } = resources.find((resource) => resource.kind === kind) ?? {};
    const root = group === "" ? `api/${version}` : `apis/${group}/${version}`;
    const place = scope === "Namespaced" ? "namespaces/default/" : "";
    const request = new Request(`https://sailplane/${root}/${place}${plural}?dryRun=All&fieldValidation=Strict`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(point.object(answers)),
    });
    const response = await API.fetch(request);
    expect([response.status, await response.json()]).toMatchObject([201, { kind, metadata: { name: "web" } }]);
  },
);
