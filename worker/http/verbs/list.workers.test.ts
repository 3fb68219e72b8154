/** Paged lists, and what happens to them when their first revision is compacted. */
import { env } from "cloudflare:workers";
import { beforeAll, expect, test } from "vitest";
import type { Env } from "../../env.ts";

const { API } = env as Env;
const COLLECTION = "/api/v1/namespaces/default/podtemplates";

interface Answer {
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly metadata: {
    readonly continue?: string;
    readonly resourceVersion: string;
    readonly remainingItemCount?: number;
  };
  readonly items?: readonly { readonly metadata: { readonly name: string } }[];
}

async function get(query: string, accept = "application/json"): Promise<Answer> {
  const response = await API.fetch(
    new Request(`https://sailplane${COLLECTION}?${query}`, { headers: { Accept: accept } }),
  );
  return response.json();
}

const namesOf = ({ items = [] }: Answer) => items.map(({ metadata }) => metadata.name);
const base64url = (text: string) => btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

/** The token as if it had been given out this long ago. */
function aged(token: string, seconds: number): string {
  const decoded = JSON.parse(atob(token.replaceAll("-", "+").replaceAll("_", "/"))) as { issued: number };
  return base64url(JSON.stringify({ ...decoded, issued: decoded.issued - seconds }));
}

beforeAll(async () => {
  for (const name of ["a", "b", "c", "d", "e"]) {
    const body = JSON.stringify({
      metadata: { name },
      template: { spec: { containers: [{ name: "c", image: "i" }] } },
    });
    const headers = { "Content-Type": "application/json" };
    await API.fetch(new Request(`https://sailplane${COLLECTION}`, { method: "POST", body, headers }));
  }
});

test("WIRE-CONTINUE: a token continues at the revision of the first page, for five minutes", async () => {
  const first = await get("limit=2");
  expect(first.metadata.remainingItemCount).toBe(3);
  const token = first.metadata.continue ?? "";
  const second = await get(`limit=2&continue=${aged(token, 290)}`);
  expect(namesOf(second)).toEqual(["c", "d"]);
  expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
});

test("WIRE-CONTINUE: an expired token gets a new one for an inconsistent list, at a newer revision", async () => {
  for (const accept of ["application/json", "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"]) {
    const first = await get("limit=2");
    const old = await get(`limit=2&continue=${aged(first.metadata.continue ?? "", 301)}`, accept);
    expect(old).toMatchObject({ code: 410, reason: "Expired", message: expect.stringContaining("inconsistent list") });
    const second = await get(`limit=2&continue=${old.metadata.continue}`, accept);
    expect(namesOf(second)).toEqual(["c", "d"]);
    expect(second.metadata.remainingItemCount).toBe(1);
    expect(Number(second.metadata.resourceVersion)).toBeGreaterThan(Number(first.metadata.resourceVersion));
    const third = await get(`limit=2&continue=${second.metadata.continue}`, accept);
    expect(namesOf(third)).toEqual(["e"]);
    expect(third.metadata.resourceVersion).toBe(second.metadata.resourceVersion);
  }
});

test("WIRE-EXACT: a page at a revision shows that state, a whole list that state or a newer one", async () => {
  const before = (await get("limit=1")).metadata.resourceVersion;
  const url = `https://sailplane${COLLECTION}/a?fieldManager=exact`;
  const patch = { method: "PATCH", body: '{"metadata":{"labels":{"new":"1"}}}' };
  await API.fetch(new Request(url, { ...patch, headers: { "Content-Type": "application/merge-patch+json" } }));
  const page = await get(`resourceVersion=${before}&limit=1`);
  expect(page.metadata.resourceVersion).toBe(before);
  expect(namesOf(await get(`labelSelector=new&resourceVersion=${before}&limit=1`))).toEqual([]);
  expect(namesOf(await get(`labelSelector=new&resourceVersion=${before}`))).toEqual(["a"]);
});

test("WIRE-FUTURE: a read at a future revision is 504, as are the only event of a watch and its status", async () => {
  const cause = { reason: "ResourceVersionTooLarge", message: "Too large resource version" };
  const message = expect.stringMatching(/^Timeout: Too large resource version: 99999999, current: \d+$/);
  for (const query of [
    "resourceVersion=99999999",
    "resourceVersion=99999999&limit=2",
    "resourceVersion=99999999&resourceVersionMatch=NotOlderThan",
    "resourceVersion=99999999&resourceVersionMatch=Exact",
  ]) {
    expect(await get(query), query).toMatchObject({
      code: 504,
      reason: "Timeout",
      message,
      details: { causes: [cause] },
    });
  }
  const one = await API.fetch(new Request(`https://sailplane${COLLECTION}/a?resourceVersion=99999999`));
  expect(await one.json()).toMatchObject({ code: 504, message });
  for (const query of ["", "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan"]) {
    const url = `https://sailplane${COLLECTION}?watch=1&resourceVersion=99999999${query}`;
    const watch = await API.fetch(new Request(url));
    expect(watch.status).toBe(200);
    expect(await watch.json()).toMatchObject({
      type: "ERROR",
      object: { code: 504, message, details: { causes: [cause] } },
    });
  }
});

test.each([
  [COLLECTION, ["Name", "Containers", "Images", "Pod Labels"]],
  // Stored as core/v1, whose columns these are.
  ["/apis/events.k8s.io/v1/namespaces/nobody/events", ["Last Seen", "Type", "Reason", "Object"]],
])("WATCH-INITIAL: %s streams as Tables, and the bookmark is in the row of an empty object", async (path, columns) => {
  const streamed = "watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";
  const headers = { Accept: "application/json;as=Table;v=v1;g=meta.k8s.io" };
  const query = `${streamed}&labelSelector=none&timeoutSeconds=1`;
  const response = await API.fetch(new Request(`https://sailplane${path}?${query}`, { headers }));
  const [first = ""] = (await response.text()).split("\n");
  const { type, object } = JSON.parse(first);
  expect(type).toBe("BOOKMARK");
  expect(object.columnDefinitions.map(({ name }: { name: string }) => name)).toEqual(expect.arrayContaining(columns));
  expect(object.rows[0].cells).toHaveLength(object.columnDefinitions.length);
  expect(object.rows[0].object.metadata.annotations).toEqual({ "k8s.io/initial-events-end": "true" });
});
