import { expect, test } from "vitest";
import { refuseBadTimeout } from "./request-timeout.ts";

const refusal = (path: string, query: string) => {
  try {
    refuseBadTimeout(`https://host${path}?${query}`, path);
    return "";
  } catch (error) {
    return (error as Error).message;
  }
};

test.each([
  ["/version", "timeout=invalid", 'invalid timeout specified in the request URL - time: invalid duration "invalid"'],
  [
    "/api/v1/pods",
    "limit=5&timeout=5",
    'invalid timeout specified in the request URL - time: missing unit in duration "5"',
  ],
  ["/version", "timeout=3m", ""],
  ["/version", "timeout=0s", ""],
  ["/version", "timeout=", ""],
  ["/api/v1/pods", "timeoutSeconds=x", ""],
  ["/api/v1/pods", "watch=1&timeout=x", ""],
  ["/api/v1/watch/pods", "timeout=x", ""],
  ["/api/v1/namespaces/ns/pods/p/log", "timeout=x", ""],
])("%s?%s", (path, query, message) => {
  expect(refusal(path, query)).toBe(message);
});
