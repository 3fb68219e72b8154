import { expect, test } from "vitest";
import type { Resource } from "../../../api/resources/resource.ts";
import type { ApiError } from "../../api-error.ts";
import type { RequestContext } from "../../request-context.ts";
import { deletionOf, propagationWarnings } from "./delete-options.ts";

const of = (query: string) =>
  deletionOf({
    body: new Uint8Array(),
    query: new URLSearchParams(query),
  } as Partial<RequestContext> as RequestContext);

test("query parameters are the options if there is no body, preconditions under their own names", () => {
  expect(of("uid=u&resourceVersion=7&gracePeriodSeconds=3")).toMatchObject({
    uid: "u",
    resourceVersion: "7",
    gracePeriodSeconds: 3,
  });
  expect(of("uid=&resourceVersion=")).toEqual({ options: {}, dryRun: false });
});

test("a propagation policy must be a known one", () => {
  expect(() => of("propagationPolicy=")).toThrow(
    expect.objectContaining({
      status: expect.objectContaining({ code: 422 }) as unknown as ApiError["status"],
    }),
  );
});

test("WIRE-YAML-READ: a body in YAML is read from its bytes", () => {
  const deletion = (...bytes: number[]) => {
    const body = Uint8Array.from(bytes);
    const request = new Request("https://sailplane/", { headers: { "Content-Type": "application/yaml" } });
    return deletionOf({ body, request, query: new URLSearchParams() } as Partial<RequestContext> as RequestContext);
  };
  const utf16 = [...'{"dryRun":["All"]}'].flatMap((character) => [character.charCodeAt(0), 0]);
  expect(deletion(0xff, 0xfe, ...utf16)).toMatchObject({ dryRun: true });
  expect(() => deletion(0x61, 0xff)).toThrow(
    expect.objectContaining({
      status: expect.objectContaining({
        message: "yaml: invalid leading UTF-8 octet",
      }) as unknown as ApiError["status"],
    }),
  );
});

test("a body with a kind and no version is read as that kind of meta.k8s.io/v1", () => {
  const body = new TextEncoder().encode('{"kind":"Foo"}');
  const request = new Request("https://sailplane/");
  const context = { body, request, query: new URLSearchParams() } as Partial<RequestContext> as RequestContext;
  expect(() => deletionOf(context)).toThrow(
    expect.objectContaining({
      status: expect.objectContaining({
        message:
          'no kind "Foo" is registered for version "meta.k8s.io/v1" in scheme "pkg/apis/meta/internalversion/scheme/register.go:27"',
      }) as unknown as ApiError["status"],
    }),
  );
});

const withBody = (text: string) =>
  deletionOf({
    body: new TextEncoder().encode(text),
    request: new Request("https://sailplane/"),
    query: new URLSearchParams("gracePeriodSeconds=9"),
  } as Partial<RequestContext> as RequestContext);

test.each([
  ["uid=u", { uid: "u" }],
  ["resourceVersion=7", { resourceVersion: "7" }],
  ["gracePeriodSeconds=0", { gracePeriodSeconds: 0 }],
  ["dryRun=All", { dryRun: true }],
  ["propagationPolicy=Foreground", { propagation: "Foreground" }],
  ["propagationPolicy=Background", { propagation: "Background" }],
  ["propagationPolicy=Orphan", { propagation: "Orphan" }],
  ["orphanDependents=true", { propagation: "Orphan" }],
  ["orphanDependents=false", { propagation: "Background" }],
])("a deletion with %s", (query, deletion) => {
  const { options: _, ...read } = of(query);
  expect(read).toEqual({ dryRun: false, ...deletion });
});

test.each([
  ["{}", {}],
  ['{"gracePeriodSeconds":0,"dryRun":["All"]}', { gracePeriodSeconds: 0, dryRun: true }],
  ['{"kind":"DeleteOptions","apiVersion":"apps/v1","preconditions":{"uid":"u"}}', { uid: "u" }],
])("the body %s is the options, and the parameters are not", (text, deletion) => {
  const { options: _, ...read } = withBody(text);
  expect(read).toEqual({ dryRun: false, ...deletion });
});

const refused = (message: string) =>
  expect.objectContaining({ status: expect.objectContaining({ message: expect.stringContaining(message) }) });

test.each([
  ["propagationPolicy=Orphan&orphanDependents=true", "orphanDependents and deletionPropagation cannot be both set"],
  ["propagationPolicy=All", 'supported values: "Foreground", "Background", "Orphan", "nil"'],
  ["dryRun=Some", 'dryRun: Unsupported value: ["Some"]: supported values: "All"'],
])("a deletion with %s is refused", (query, message) => {
  expect(() => of(query)).toThrow(refused(message));
});

test.each([
  ["{", "couldn't get version/kind; json parse error: unexpected end of JSON input"],
  ['{"kind":7}', "cannot unmarshal number"],
  ['{"gracePeriodSeconds":"x"}', "cannot unmarshal string"],
])("the body %s is refused", (text, message) => {
  expect(() => withBody(text)).toThrow(refused(message));
});

test("DeleteOptions in protobuf are read, and no other kind is", () => {
  const inProtobuf = (kind: string) => {
    // Field 1 of the envelope is the type, and field 2 the object: a grace period of 3 s.
    const type = [...part(1, "v1"), ...part(2, kind)];
    const bytes = [0x6b, 0x38, 0x73, 0, 0x0a, type.length, ...type, 0x12, 2, 0x08, 3];
    const request = new Request("https://sailplane/", {
      headers: { "Content-Type": "application/vnd.kubernetes.protobuf" },
    });
    const body = Uint8Array.from(bytes);
    return deletionOf({ body, request, query: new URLSearchParams() } as Partial<RequestContext> as RequestContext);
  };
  const part = (field: number, text: string) => [field * 8 + 2, text.length, ...new TextEncoder().encode(text)];
  expect(inProtobuf("DeleteOptions")).toMatchObject({ gracePeriodSeconds: 3 });
  expect(() => inProtobuf("Pod")).toThrow(refused('no kind "Pod" is registered'));
});

test("only who does not say what becomes of dependents is warned", () => {
  const jobs = { propagationWarning: "children are left" } as Resource;
  expect(propagationWarnings(jobs, of(""))).toEqual(["children are left"]);
  expect(propagationWarnings(jobs, of("propagationPolicy=Background"))).toEqual([]);
  expect(propagationWarnings({} as Resource, of(""))).toEqual([]);
});
