import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import type { Namespace } from "../../../api/generated/core.v1.ts";
import type { Env } from "../../env.ts";

const { API } = env as Env;
const NAMESPACES = "https://sailplane/api/v1/namespaces";

const send = async (method: string, path: string, body?: Namespace) => {
  const headers = { "Content-Type": "application/json" };
  const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
  return (await API.fetch(new Request(`${NAMESPACES}${path}`, init))).json<{ readonly code?: number }>();
};

const named = (name: string): Namespace => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name },
  spec: {},
  status: {},
});

const finalize = (name: string) => send("PUT", `/${name}/finalize`, named(name));

test("ADM-ACCOUNT: a namespace that was finalized by hand, and left its account behind, can be created again", async () => {
  await send("POST", "", named("again"));
  await send("DELETE", "/again");
  await finalize("again");
  expect(await send("GET", "/again")).toMatchObject({ code: 404 });
  expect(await send("POST", "", named("again"))).toMatchObject({ kind: "Namespace", status: { phase: "Active" } });
  expect(await send("GET", "/again/serviceaccounts/default")).toMatchObject({ kind: "ServiceAccount" });
});

test("a namespace without finalizers is marked by the first deletion and gone with the second", async () => {
  await send("POST", "", named("twice"));
  expect(await finalize("twice")).toMatchObject({ status: { phase: "Active" } });
  expect(await send("DELETE", "/twice")).toMatchObject({ status: { phase: "Terminating" } });
  expect(await send("GET", "/twice")).toMatchObject({ status: { phase: "Terminating" } });
  await send("DELETE", "/twice");
  expect(await send("GET", "/twice")).toMatchObject({ code: 404 });
});
