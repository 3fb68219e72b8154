import { expect, it } from "vitest";
import { askedPermissions } from "./asked-permissions.ts";

it.each([
  ["GET", "/metrics", "get metrics"],
  ["GET", "/metrics/cadvisor", "get metrics"],
  ["GET", "/stats/summary", "get stats"],
  ["GET", "/pods", "get pods proxy"],
  ["GET", "/runningpods/", "get pods proxy"],
  ["GET", "/healthz/ping", "get healthz proxy"],
  ["GET", "/configz", "get configz proxy"],
  ["GET", "/flagz", "get configz"],
  ["GET", "/statusz", "get statusz"],
  ["GET", "/logs/syslog", "get log"],
  ["GET", "/containerLogs/a/b/c", "get proxy"],
  ["GET", "/metricsz", "get proxy"],
  ["GET", "/constructor", "get proxy"],
  ["GET", "/", "get proxy"],
  ["POST", "/exec/a/b/c", "create proxy"],
  ["DELETE", "/localVolumes/v", "delete proxy"],
  ["HEAD", "/metrics", " metrics"],
])("AGENT-PORT: %s %s requires %j", (method, path, required) => {
  const { verb, subresources } = askedPermissions(method, path);
  expect([verb, ...subresources].join(" ")).toBe(required);
});
