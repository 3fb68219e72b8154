import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import type { Job } from "../../../api/generated/batch.v1.ts";
import type { Env } from "../../env.ts";

const { API } = env as Env;
const JOBS = "https://sailplane/apis/batch/v1/namespaces/default/jobs";

/** The names of the labels of a job that has none of its own. */
async function labelsOf(metadata: object): Promise<readonly string[]> {
  const template = {
    metadata: { labels: { app: "a" } },
    spec: { restartPolicy: "Never", containers: [{ name: "c", image: "x" }] },
  };
  const body = JSON.stringify({ metadata, spec: { suspend: true, template } });
  const headers = { "Content-Type": "application/json" };
  const made: Job = await (await API.fetch(new Request(JOBS, { method: "POST", body, headers }))).json();
  return Object.keys(made.metadata.labels ?? {}).sort();
}

test("a job that takes its template's labels shares them, unless a name is drawn for it", async () => {
  const generated = [
    "batch.kubernetes.io/controller-uid",
    "batch.kubernetes.io/job-name",
    "controller-uid",
    "job-name",
  ];
  expect(await labelsOf({ name: "named" })).toEqual(["app", ...generated]);
  expect(await labelsOf({ generateName: "drawn-" })).toEqual(["app"]);
});
