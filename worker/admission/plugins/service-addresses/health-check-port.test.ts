import { expect, test } from "vitest";
import type { Service } from "../../../../api/generated/core.v1.ts";
import { ApiError } from "../../../api-error.ts";
import { requireHealthCheckPort } from "./node-port.ts";

const service = (healthCheckNodePort: number, externalTrafficPolicy = "Local") =>
  ({
    metadata: { name: "a" },
    spec: { type: "LoadBalancer", externalTrafficPolicy, healthCheckNodePort, ports: [{ port: 80, nodePort: 30_080 }] },
  }) as Service;

function refused(next: Service, old?: Service): string | undefined {
  try {
    requireHealthCheckPort(next, old, false);
    return undefined;
  } catch (error) {
    if (error instanceof ApiError) return error.status.message;
    throw error;
  }
}

const failed = (port: number, problem: string) =>
  `Internal error occurred: failed to allocate requested HealthCheck NodePort ${port}: ${problem}`;
const range = "provided port is not in the valid range. The range of valid ports is 30000-32767";
const taken = "provided port is already allocated";

test.each([
  ["none is chosen", service(0), undefined, undefined],
  ["one is free", service(30_001), undefined, undefined],
  ["one is outside of the range", service(99), undefined, failed(99, range)],
  ["one is the Service's own node port", service(30_080), undefined, failed(30_080, taken)],
  ["it comes to be needed", service(99), service(0, "Cluster"), failed(99, range)],
  ["it is held already", service(99), service(99), undefined],
  ["it is not needed", service(99, "Cluster"), undefined, undefined],
])("a health check node port if %s", (_when, next, old, message) => {
  expect(refused(next, old)).toBe(message);
});
