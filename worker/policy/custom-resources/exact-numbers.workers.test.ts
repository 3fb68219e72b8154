/** Integers in custom objects, through every format in which they come and go. */
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import type { Env } from "../../env.ts";

const { API } = env as Env;
const COUNTS = "/apis/exact.example/v1/namespaces/default/counts";

async function send(method: string, path: string, body?: string, headers: Record<string, string> = {}) {
  const init = { method, headers: { "Content-Type": "application/json", ...headers }, ...(body && { body }) };
  const response = await API.fetch(new Request(`https://sailplane${path}`, init));
  return { status: response.status, text: await response.text() };
}

const [ODD, MOST] = ["9007199254740993", "9223372036854775807"];
const object = (spec: string) =>
  `{"apiVersion":"exact.example/v1","kind":"Count","metadata":{"name":"c"},"spec":${spec}}`;

test("CRD-NUMBER: an integer stays exact, whoever writes, validates or shows it", async () => {
  const integer = { type: "integer", format: "int64" };
  const rule = { rule: `!has(self.a) || self.a == ${ODD}`, message: "no other" };
  const spec = {
    type: "object",
    properties: { a: integer, b: integer, c: integer, d: integer },
    "x-kubernetes-validations": [rule],
  };
  const definition = {
    metadata: { name: "counts.exact.example" },
    spec: {
      group: "exact.example",
      scope: "Namespaced",
      names: { plural: "counts", kind: "Count" },
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          additionalPrinterColumns: [{ name: "B", type: "integer", jsonPath: ".spec.b" }],
          schema: { openAPIV3Schema: { type: "object", properties: { spec } } },
        },
      ],
    },
  };
  await send("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", JSON.stringify(definition));
  expect((await send("POST", COUNTS, object('{"a":9007199254740992}'))).status).toBe(422);
  expect((await send("POST", COUNTS, object(`{"a":${ODD}}`))).status).toBe(201);
  const patch = (type: string, body: string) =>
    send("PATCH", `${COUNTS}/c?fieldManager=m`, body, { "Content-Type": `application/${type}` });
  await patch("merge-patch+json", `{"spec":{"b":${MOST}}}`);
  await patch(
    "json-patch+json",
    `[{"op":"test","path":"/spec/b","value":${MOST}},{"op":"copy","from":"/spec/a","path":"/spec/c"}]`,
  );
  const head = "apiVersion: exact.example/v1\nkind: Count\nmetadata: {name: c}\n";
  await patch("apply-patch+yaml", `${head}spec:\n  d: -${ODD}\n`);
  const numbers = `"a":${ODD},"b":${MOST},"c":${ODD},"d":-${ODD}`;
  expect((await send("GET", `${COUNTS}/c`)).text).toContain(`"spec":{${numbers}}`);
  const inForm = async (accept: string, path = `${COUNTS}/c`) =>
    (await send("GET", path, undefined, { Accept: accept })).text;
  expect(await inForm("application/yaml")).toContain(`a: ${ODD}\n  b: ${MOST}\n  c: ${ODD}\n  d: -${ODD}`);
  expect(await inForm("application/json;as=Table;g=meta.k8s.io;v=v1")).toContain(MOST);
  expect(await inForm("application/json", `${COUNTS}?pretty=1`)).toContain(`"d": -${ODD}`);
});

test("CRD-NUMBER: integers in a definition's schema stay exact, too", async () => {
  const properties = `{"a":{"type":"integer","default":${ODD}},"b":{"type":"integer","enum":[${ODD},${MOST}]}}`;
  const schema = `{"type":"object","properties":{"spec":{"type":"object","properties":${properties}}}}`;
  const version = `{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":${schema}}}`;
  const names = '{"plural":"defaults","kind":"Default"}';
  const definition = `{"metadata":{"name":"defaults.exact.example"},"spec":{"group":"exact.example","scope":"Namespaced","names":${names},"versions":[${version}]}}`;
  const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  expect((await send("POST", definitions, definition)).text).toContain(properties);
  expect((await send("GET", `${definitions}/defaults.exact.example`)).text).toContain(properties);
  const type = { "Content-Type": "application/merge-patch+json" };
  const labels = '{"metadata":{"labels":{"a":"b"}}}';
  expect((await send("PATCH", `${definitions}/defaults.exact.example`, labels, type)).text).toContain(properties);

  const path = "/apis/exact.example/v1/namespaces/default/defaults";
  const of = (spec: string) =>
    `{"apiVersion":"exact.example/v1","kind":"Default","metadata":{"name":"c"},"spec":${spec}}`;
  expect((await send("POST", path, of(`{"b":9007199254740992}`))).status).toBe(422);
  expect((await send("POST", path, of(`{"b":${ODD}}`))).text).toContain(`"spec":{"a":${ODD},"b":${ODD}}`);
  for (const document of ["/openapi/v2", "/openapi/v3/apis/exact.example/v1"])
    expect((await send("GET", document)).text.includes(`"enum":[${ODD},${MOST}]`)).toBe(true);
});

test("a pod with the largest grace period can still be changed", async () => {
  const pods = "/api/v1/namespaces/default/pods";
  const spec = `{"terminationGracePeriodSeconds":${MOST},"containers":[{"name":"c","image":"i"}]}`;
  await send("POST", pods, `{"metadata":{"name":"endless"},"spec":${spec}}`);
  const type = { "Content-Type": "application/merge-patch+json" };
  const patched = await send("PATCH", `${pods}/endless`, '{"metadata":{"labels":{"a":"b"}}}', type);
  expect(patched).toMatchObject({ status: 200, text: expect.stringContaining(`Seconds":${MOST}`) as string });
});
