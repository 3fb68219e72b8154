/** Lists longer than one answer of the store, which is 8 MiB of text. */
import { env } from "cloudflare:workers";
import { beforeAll, expect, test } from "vitest";
import type { Env } from "../../env.ts";
import { encodeYaml } from "../response/yaml.ts";

const { API } = env as Env;
const CONFIG_MAPS = "https://sailplane/api/v1/namespaces/default/configmaps";
const COUNT = 10;
const NAMES = Array.from({ length: COUNT }, (_, index) => `long-${index}`);

const ask = (method: string, headers: Record<string, string>, body?: string) =>
  API.fetch(
    new Request(`${CONFIG_MAPS}${body ? "" : "?labelSelector=long"}`, { method, headers, ...(body && { body }) }),
  );

beforeAll(async () => {
  for (const name of NAMES) {
    const body = JSON.stringify({ metadata: { name, labels: { long: "" } }, data: { filler: "x".repeat(1_000_000) } });
    expect((await ask("POST", { "Content-Type": "application/json" }, body)).status).toBe(201);
  }
});

interface Shown {
  readonly metadata: Readonly<Record<string, string>>;
  readonly items?: readonly { readonly metadata: { readonly name: string } }[];
  readonly rows?: readonly { readonly object: { readonly metadata: { readonly name: string } } }[];
}

const nameOf = ({ metadata }: { readonly metadata: { readonly name: string } }) => metadata.name;

const view = (as: string) => `application/json;as=${as};v=v1;g=meta.k8s.io`;

test.each(["application/json", view("Table"), view("PartialObjectMetadataList")])(
  "a list without a limit is complete, however long: %s",
  async (accept) => {
    const list = (await (await ask("GET", { accept })).json()) as Shown;
    const shown = list.items ?? list.rows?.map(({ object }) => object) ?? [];
    expect(shown.map(nameOf)).toEqual(NAMES);
    expect(Object.keys(list.metadata)).toEqual(["resourceVersion"]);
  },
);

test("an indented list is streamed with the same text as in one piece", async () => {
  const pretty = await ask("GET", { accept: "application/json;pretty=1" });
  const text = await pretty.text();
  const list = JSON.parse(text) as Shown;
  expect(list.items?.map(nameOf)).toEqual(NAMES);
  expect(text === JSON.stringify(list, null, 2)).toBe(true);
  const yaml = await (await ask("GET", { accept: "application/yaml" })).text();
  expect(yaml === encodeYaml(list)).toBe(true);
});

test("a large list is compressed for clients that accept it", async () => {
  const response = await ask("GET", { "accept-encoding": "gzip" });
  expect(response.headers.get("Content-Encoding")).toBe("gzip");
  expect(((await response.json()) as Shown).items?.map(nameOf)).toEqual(NAMES);
});

test("a list in protobuf is complete, too", async () => {
  const response = await ask("GET", { accept: "application/vnd.kubernetes.protobuf" });
  expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(COUNT * 1_000_000);
});

test("WIRE-CONTINUE: a page ends where it would be too long to be held, and continues from there", async () => {
  const headers = { accept: "application/json;pretty=1" };
  const first = await API.fetch(new Request(`${CONFIG_MAPS}?labelSelector=long&limit=${COUNT}`, { headers }));
  const { items = [], metadata } = (await first.json()) as Shown;
  expect(items.map(nameOf)).toEqual(NAMES.slice(0, 9));
  expect(metadata.remainingItemCount, "how many match is not counted").toBeUndefined();
  const more = `${CONFIG_MAPS}?labelSelector=long&limit=${COUNT}&continue=${metadata.continue}`;
  const last = (await (await API.fetch(new Request(more, { headers }))).json()) as Shown;
  expect([last.items?.map(nameOf), last.metadata.continue]).toEqual([NAMES.slice(9), undefined]);
});

test("a collection is deleted completely, and answered completely, however long, and whatever may be done by then", async () => {
  const deleted = await ask("DELETE", {});
  expect(deleted.status).toBe(200);
  const role = JSON.stringify({ metadata: { name: "new" }, rules: [] });
  const roles = "https://sailplane/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles";
  const headers = { "Content-Type": "application/json" };
  expect((await API.fetch(new Request(roles, { method: "POST", headers, body: role }))).status).toBe(201);
  expect(((await deleted.json()) as Shown).items?.map(nameOf)).toEqual(NAMES);
  expect(await (await ask("GET", {})).json()).toMatchObject({ items: [] });
});
