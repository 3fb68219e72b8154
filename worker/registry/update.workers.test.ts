/** Updates that meet: each is made of the object as the one before left it. */
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import type { Env } from "../env.ts";

const { API } = env as Env;
const COLLECTION = "https://sailplane/api/v1/namespaces/default/configmaps";
const WRITERS = 12;

const send = (method: string, name: string, body: object) => {
  const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  return API.fetch(
    new Request(`${COLLECTION}/${name}`, { method, body: JSON.stringify(body), headers: { "Content-Type": type } }),
  );
};

test("whoever names no revision is not told of other writers, however many there are", async () => {
  const metadata = { name: "busy" };
  await send("POST", "", { metadata });
  const answers = await Promise.all(
    Array.from({ length: WRITERS }, (_, i) => send("PATCH", "busy", { data: { [`writer-${i}`]: "was here" } })),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array(WRITERS).fill(200));
  const { data } = await (await API.fetch(`${COLLECTION}/busy`)).json<{ data: object }>();
  expect(Object.keys(data)).toHaveLength(WRITERS);
});

test("of those who name a revision, the first is heard", async () => {
  const created = await send("POST", "", { metadata: { name: "once" } });
  const { metadata } = await created.json<{ metadata: object }>();
  const bodies = ["PUT", "PUT", "PATCH", "PATCH"].map((method, i) =>
    send(method, "once", { metadata, data: { by: `${i}` } }),
  );
  const statuses = (await Promise.all(bodies)).map(({ status }) => status);
  expect(statuses.toSorted()).toEqual([200, 409, 409, 409]);
});
