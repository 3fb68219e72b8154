/** Whatever comes in, the answer is of a kind that Kubernetes gives, and stored data stays as it was. */
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import type { Env } from "../env.ts";

const { API } = env as Env;
const BASE = "https://sailplane";
const NAMESPACE = "/api/v1/namespaces/default";
const CONFIG_MAPS = `${NAMESPACE}/configmaps`;
const DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";
const WITNESS = `${CONFIG_MAPS}/witness`;

const JSON_TYPE = "application/json";

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly type?: string;
  readonly body?: BodyInit;
}

async function send({ method, path, type, body }: Sent): Promise<{ code: number; text: string }> {
  const response = await API.fetch(
    new Request(`${BASE}${path}`, {
      method,
      ...(body === undefined ? {} : { body }),
      headers: type === undefined ? {} : { "Content-Type": type },
    }),
  );
  return { code: response.status, text: await response.text() };
}

/** An unexpected error would answer `Internal error occurred`; Kubernetes' own 500s say what was wrong. */
async function isAnsweredInKind(sent: Sent): Promise<void> {
  const { code, text } = await send(sent);
  expect(text).not.toContain("Internal error occurred");
  expect([200, 201, 202, 400, 403, 404, 405, 406, 409, 410, 413, 415, 422, 500, 501, 503, 504]).toContain(code);
  if (text.startsWith("{") && code >= 400) expect(JSON.parse(text)).toMatchObject({ kind: "Status", code });
}

beforeAll(async () => {
  const body = JSON.stringify({ metadata: { name: "witness" }, data: { kept: "yes" } });
  expect((await send({ method: "POST", path: CONFIG_MAPS, type: JSON_TYPE, body })).code).toBe(201);
  return async () => {
    const { text } = await send({ method: "GET", path: WITNESS });
    expect(JSON.parse(text)).toMatchObject({ data: { kept: "yes" } });
  };
});

const deployment = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "hostile", labels: { a: "b" } },
  spec: {
    replicas: 0,
    selector: { matchLabels: { a: "b" } },
    template: {
      metadata: { labels: { a: "b" } },
      spec: {
        containers: [{ name: "c", image: "x", ports: [{ containerPort: 80 }], resources: { limits: { cpu: "1" } } }],
        tolerations: [{ key: "k", operator: "Exists" }],
        volumes: [{ name: "v", emptyDir: {} }],
      },
    },
  },
};

/** Every place in a value, as the keys that lead there. */
function placesIn(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== "object" || value === null) return [[...path]];
  return [[...path], ...Object.entries(value).flatMap(([key, member]) => placesIn(member, [...path, key]))];
}

function withValueAt(value: unknown, [key, ...rest]: readonly string[], put: unknown): unknown {
  if (key === undefined) return put;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string, unknown>;
  copy[key] = withValueAt(copy[key], rest, put);
  return copy;
}

const oddities = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(
    "__proto__",
    "constructor",
    "9".repeat(400),
    "a".repeat(100_000),
    "\u0000",
    "\ud800",
    -1,
    Number.MAX_VALUE,
    2 ** 53,
  ),
);

test("any value at any place of a Deployment is accepted or refused without a crash", async () => {
  const places = placesIn(deployment).filter((path) => path.length > 0);
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...places), oddities, async (place, value) => {
      const body = JSON.stringify(withValueAt(deployment, place, value));
      await isAnsweredInKind({ method: "POST", path: `${DEPLOYMENTS}?dryRun=All`, type: JSON_TYPE, body });
    }),
    { numRuns: 200 },
  );
});

test("any bytes as a request body get an answer", async () => {
  const types = [
    JSON_TYPE,
    "application/yaml",
    "application/vnd.kubernetes.protobuf",
    "application/json-patch+json",
    "application/merge-patch+json",
    "application/strategic-merge-patch+json",
    "application/apply-patch+yaml",
    "text/plain",
  ];
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.uint8Array({ maxLength: 300 }).map((tail) => Uint8Array.of(0x6b, 0x38, 0x73, 0, ...tail)),
    fc.json().map((text) => new TextEncoder().encode(text)),
    fc.json().map((text) => new TextEncoder().encode(text.slice(0, -1))),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...types),
      bytes,
      fc.constantFrom("POST", "PUT", "PATCH"),
      async (type, body, method) => {
        const path = method === "POST" ? CONFIG_MAPS : `${CONFIG_MAPS}/nobody`;
        await isAnsweredInKind({ method, path: `${path}?dryRun=All&fieldManager=f`, type, body: new Uint8Array(body) });
      },
    ),
    { numRuns: 200 },
  );
});

test("any path and any query get an answer", async () => {
  const piece = fc.oneof(
    fc.string({ maxLength: 20 }),
    fc.constantFrom("..", "namespaces", "watch", "%2e%2e", "status", "a b"),
  );
  const query = fc.dictionary(
    fc.constantFrom(
      "limit",
      "continue",
      "labelSelector",
      "fieldSelector",
      "resourceVersion",
      "resourceVersionMatch",
      "pretty",
    ),
    fc.string({ maxLength: 30 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 6 }), query, async (pieces, requested) => {
      const path = `/api/v1/${pieces.map((part) => encodeURIComponent(part.toWellFormed())).join("/")}`;
      const search = new URLSearchParams(Object.entries(requested).map(([key, value]) => [key, value.toWellFormed()]));
      // Some paths are watches, which would not end.
      search.set("timeoutSeconds", "1");
      await isAnsweredInKind({ method: "GET", path: `${path}?${search}` });
      await isAnsweredInKind({ method: "GET", path: `${CONFIG_MAPS}?${search}` });
    }),
    { numRuns: 150 },
  );
});

test("endless nesting and oversized bodies are refused at once", async () => {
  const nested = `${'{"a":'.repeat(200_000)}1${"}".repeat(200_000)}`;
  await isAnsweredInKind({ method: "POST", path: CONFIG_MAPS, type: JSON_TYPE, body: nested });
  await isAnsweredInKind({ method: "PATCH", path: WITNESS, type: "application/merge-patch+json", body: nested });
  const large = await send({
    method: "POST",
    path: CONFIG_MAPS,
    type: JSON_TYPE,
    body: " ".repeat(3 * 1024 * 1024 + 1),
  });
  expect(large.code).toBe(413);
});

test("a key that is special in JavaScript is an ordinary key", async () => {
  const body = '{"metadata":{"name":"proto"},"data":{"constructor":"y","toString":"z","hasOwnProperty":"w"}}';
  const { code, text } = await send({ method: "POST", path: `${CONFIG_MAPS}?dryRun=All`, type: JSON_TYPE, body });
  expect(code).toBe(201);
  expect(text).toContain('"data":{"constructor":"y","hasOwnProperty":"w","toString":"z"}');
  const secret = '{"metadata":{"name":"proto"},"stringData":{"__proto__":"x"}}';
  const made = await send({ method: "POST", path: `${NAMESPACE}/secrets?dryRun=All`, type: JSON_TYPE, body: secret });
  expect(made.text).toContain('"data":{"__proto__":"eA=="}');
  const labelled = '{"metadata":{"name":"proto","labels":{"__proto__":"x"}}}';
  await isAnsweredInKind({ method: "POST", path: `${CONFIG_MAPS}?dryRun=All`, type: JSON_TYPE, body: labelled });
  expect(({} as Record<string, unknown>).x).toBeUndefined();
});

test.each(["constructor", "toString", "__proto__"])(
  "%s is no name of a format, document, part or kind",
  async (name) => {
    const codeOf = async (
      path: string,
      headers: Record<string, string>,
      body?: string,
      method = body ? "POST" : "GET",
    ) => {
      const response = await API.fetch(new Request(`${BASE}${path}`, { method, headers, ...(body ? { body } : {}) }));
      return [
        response.status,
        response.headers.get("Warning"),
        (await response.text()).includes("Internal error occurred"),
      ];
    };
    const json = { "Content-Type": JSON_TYPE };
    expect(await codeOf(CONFIG_MAPS, { Accept: name })).toEqual([406, null, false]);
    expect(await codeOf(CONFIG_MAPS, { "Content-Type": name }, "{}")).toEqual([415, null, false]);
    expect(await codeOf(WITNESS, { "Content-Type": name }, "{}", "PATCH")).toEqual([415, null, false]);
    expect(await codeOf(`/openapi/v3/${name}`, {})).toEqual([404, null, false]);
    expect(await codeOf(`${WITNESS}/${name}`, {})).toEqual([404, null, false]);
    expect(await codeOf(CONFIG_MAPS, json, `{"apiVersion":"${name}/v1"}`)).toEqual([400, null, false]);
    const bound = `{"spec":{"boundObjectRef":{"apiVersion":"v1","kind":"${name}","name":"x"}}}`;
    expect(await codeOf(`${NAMESPACE}/serviceaccounts/default/token`, json, bound)).toEqual([400, null, false]);
    const spec = `{"nodeSelector":{"${name}":"x"},"containers":[{"name":"c","image":"i"}]}`;
    const pod = `{"metadata":{"name":"odd"},"spec":${spec}}`;
    expect(await codeOf(`${NAMESPACE}/pods?dryRun=All`, json, pod)).toEqual([
      name === "__proto__" ? 422 : 201,
      null,
      false,
    ]);
  },
);
