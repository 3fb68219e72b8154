import { expect, test } from "vitest";
import type { ApiError } from "../../api-error.ts";
import type { RequestContext } from "../../request-context.ts";
import { deletionOf } from "./delete-options.ts";

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
