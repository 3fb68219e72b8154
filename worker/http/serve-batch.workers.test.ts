/** The control plane's own requests that travel together: each is decided as if it had come alone. */
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import type { ApiRequest } from "../../api/api-request.ts";
import type { Env } from "../env.ts";

const { API } = env as Env;
const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";

const make = (name: string, more: object = {}): ApiRequest => ({
  method: "POST",
  path: CONFIG_MAPS,
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ metadata: { name, ...more } }),
});
const all = (requests: readonly ApiRequest[]) => API.send({ cluster: "default", requests });

test("answers are in the order of the requests, and a failed one does not affect others", async () => {
  const answers = await all([
    make("one"),
    make("two", { labels: { "-": "no label" } }),
    { method: "GET", path: `${CONFIG_MAPS}/nobody`, headers: {} },
    make("three"),
    make("one"),
  ]);
  expect(answers.map(({ code }) => code)).toEqual([201, 422, 404, 201, 409]);
  const listed = await all([{ method: "GET", path: CONFIG_MAPS, headers: {} }]);
  const { items } = JSON.parse(listed[0]?.body ?? "") as { items: { metadata: { name: string } }[] };
  expect(items.map(({ metadata }) => metadata.name)).toEqual(expect.arrayContaining(["one", "three"]));
});

test("each request is authorized as its own impersonated user", async () => {
  const nobody = { ...make("four"), headers: { ...make("four").headers, "impersonate-user": "nobody" } };
  const answers = await all([nobody, make("five")]);
  expect(answers.map(({ code }) => code)).toEqual([403, 201]);
});

test("CTL-ROUNDS, LINK-ROUNDS: what is answered is told at once if another request takes long", async () => {
  const told: [index: number, code: number, isOver: boolean][] = [];
  let isOver = false;
  const slow = { method: "GET", path: `${CONFIG_MAPS}?watch=1&timeoutSeconds=1`, headers: {} };
  await API.send({
    cluster: "default",
    requests: [slow, make("six")],
    answered: (index, { code }) => void told.push([index, code, isOver]),
  });
  isOver = true;
  expect(told[0]).toEqual([1, 201, false]);
});
