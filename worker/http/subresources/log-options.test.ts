import { expect, test } from "vitest";
import type { ApiError } from "../../api-error.ts";
import { logOptions } from "./log-options.ts";

const read = (query: string) => logOptions(new URLSearchParams(query), "p");

test.each([
  ["2026-01-01T00:00:05.9Z", "2026-01-01T00:00:05Z"],
  ["2026-01-01T01:00:05+01:00", "2026-01-01T00:00:05Z"],
])("sinceTime %s starts at the whole second, %s", (sinceTime, requested) => {
  expect(read(`sinceTime=${encodeURIComponent(sinceTime)}`)).toMatchObject({ sinceTime: requested });
});

test.each([
  ["stream=Stdout", ["stream"]],
  ["stream=All&tailLines=-1", ["tailLines", "stream"]],
  ["sinceSeconds=0&sinceTime=2026-01-01T00:00:00Z&limitBytes=0", ["limitBytes", "[]"]],
])("%s is refused for %s", (query, fields) => {
  const refusal = (): ApiError | undefined => {
    try {
      read(query);
      return undefined;
    } catch (error) {
      return error as ApiError;
    }
  };
  expect(refusal()?.status.details?.causes?.map(({ field }) => field)).toEqual(fields);
});
