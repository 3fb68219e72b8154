import { expect, test } from "vitest";
import { ApiError } from "../../api-error.ts";
import type { Served } from "../../kind-registry.ts";
import { isWatch, listOptions, selectionOf, watchOptions } from "./list-options.ts";

const of = (query: string) => new URLSearchParams(query);

test('what is given is true, but for "false" in any case and "0"', () => {
  for (const value of ["", "nope", "1"]) expect(isWatch(of(`watch=${value}`))).toBe(true);
  for (const query of ["watch=False", "watch=0", ""]) expect(isWatch(of(query))).toBe(false);
});

test("WATCH-INITIAL: a watch from no revision asks for the state, and so for the bookmark at its end", () => {
  for (const query of ["", "resourceVersion=", "resourceVersion=0"])
    expect(watchOptions(of(query)).sendInitialEvents).toBe(true);
  expect(watchOptions(of("resourceVersion=7"))).toMatchObject({ since: 7 });
  expect(watchOptions(of("resourceVersion=7")).sendInitialEvents).toBeUndefined();
  const asked = "resourceVersionMatch=NotOlderThan&sendInitialEvents=false";
  expect(watchOptions(of(asked)).sendInitialEvents).toBe(false);
  expect(watchOptions(of("resourceVersionMatch=NotOlderThan&sendInitialEvents=")).sendInitialEvents).toBe(true);
  expect(() => watchOptions(of("sendInitialEvents="))).toThrow();
});

test("causes come in Kubernetes' order", () => {
  const causes = (query: string) => {
    try {
      listOptions(of(query));
    } catch (error) {
      if (error instanceof ApiError) return error.status.details?.causes?.map(({ reason }) => reason);
    }
    return [];
  };
  expect(causes("resourceVersionMatch=Bogus&continue=x")).toEqual([
    "FieldValueForbidden",
    "FieldValueForbidden",
    "FieldValueNotSupported",
  ]);
});

test("FAIR-SELECT: a label selector has a thousand requirements and values at most", () => {
  const served = { resource: { scope: "Namespaced" } } as Served;
  const some = (count: number) => Array.from({ length: count }, (_, i) => `v${i}`).join(",");
  const select = (selector: string) => selectionOf(new URLSearchParams({ labelSelector: selector }), served);
  expect(select(`app in (${some(999)}),tier`).requirements).toHaveLength(2);
  for (const selector of [`app in (${some(1000)}),tier`, some(1001)])
    expect(() => select(selector)).toThrow("at most 1000 requirements and values");
});
