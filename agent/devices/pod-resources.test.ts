import { rmSync } from "node:fs";
import { join } from "node:path";
import { credentials, type ServiceError } from "@grpc/grpc-js";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Pod } from "../../api/generated/core.v1.ts";
import { parseServices } from "../../test/fakes/node/grpc-services.ts";
import { temporaryDirectory } from "../../test/temporary-directory.ts";
import { PodResources } from "./pod-resources.ts";
import { podResourcesProto } from "./pod-resources-proto.ts";

type Call = (request: object, done: (error: ServiceError | null, answer?: object) => void) => void;

const GPU = "example.com/gpu";
const podOf = (name: string, phase: string): Pod => ({
  metadata: { namespace: "ns", name, uid: `uid-${name}` },
  spec: {
    initContainers: [{ name: "init" }, { name: "sidecar", restartPolicy: "Always" }],
    containers: [{ name: "main" }],
  },
  status: { phase },
});
const gpus = [
  { resource: GPU, id: "near", healthy: true, numaNodes: [0, 1] },
  { resource: GPU, id: "far", healthy: true },
  { resource: GPU, id: "broken", healthy: false },
];
const claim = { namespace: "ns", name: "claim", uid: "claim-uid" };
const prepared = { driver: "d.example.com", pool_name: "pool", device_name: "dev", request_names: ["r"] };

let directory: string;
let resources: PodResources;
let client: Record<string, Call> & { close(): void };
function clientOf(version: "v1" | "v1alpha1"): typeof client {
  const { PodResourcesLister } = parseServices(podResourcesProto(version));
  if (!PodResourcesLister) throw new Error("no such service");
  const socket = `unix://${join(directory, "pod-resources/kubelet.sock")}`;
  return new PodResourcesLister(socket, credentials.createInsecure()) as unknown as typeof client;
}

beforeEach(async () => {
  directory = temporaryDirectory();
  resources = new PodResources({
    directory: join(directory, "pod-resources"),
    pods: () => [podOf("a", "Running"), podOf("done", "Succeeded")],
    devices: {
      all: gpus,
      heldBy: (uid, { name }) => (uid === "uid-a" && name === "main" ? gpus.slice(0, 1) : []),
    },
    claims: {
      preparedFor: ({ metadata }, { name }) =>
        metadata.name === "a" && name === "sidecar"
          ? [{ claim, devices: [{ ...prepared, cdi_device_ids: ["d.example.com/c=dev"] }] }]
          : [],
    },
  });
  await resources.open();
  client = clientOf("v1");
});
afterEach(() => {
  client.close();
  resources.close();
  rmSync(directory, { recursive: true });
});

const call = (method: string, request = {}) =>
  new Promise((resolve) =>
    client[method]?.call(client, request, (error, answer) =>
      resolve(error ? `${error.code} ${error.details}` : answer),
    ),
  );

const devices = [0, 1].map((ID) => ({
  resource_name: GPU,
  device_ids: ["near"],
  topology: { nodes: [{ ID }] },
}));
const ofA = {
  name: "a",
  namespace: "ns",
  containers: [
    {
      name: "sidecar",
      devices: [],
      dynamic_resources: [
        {
          claim_name: "claim",
          claim_namespace: "ns",
          claim_resources: [
            {
              driver_name: "d.example.com",
              pool_name: "pool",
              device_name: "dev",
              cdi_devices: [{ name: "d.example.com/c=dev" }],
            },
          ],
        },
      ],
    },
    { name: "main", devices, dynamic_resources: [] },
  ],
};

it("AGENT-POD-RESOURCES: which devices and claims the containers of each pod have that has not ended", async () => {
  expect(await call("List")).toEqual({ pod_resources: [ofA] });
});

it("AGENT-POD-RESOURCES: v1alpha1 lists them, too, and has nothing else", async () => {
  client.close();
  client = clientOf("v1alpha1");
  expect(await call("List")).toMatchObject({ pod_resources: [{ name: "a", containers: [{}, { name: "main" }] }] });
  expect(await call("Get")).toBe("12 unknown method /v1alpha1.PodResourcesLister/Get");
});

it("AGENT-POD-RESOURCES: all devices that can be given", async () => {
  expect(await call("GetAllocatableResources")).toEqual({
    devices: [...devices, { resource_name: GPU, device_ids: ["far"], topology: null }],
  });
});

it("AGENT-POD-RESOURCES: one pod, by its name", async () => {
  expect(await call("Get", { pod_name: "a", pod_namespace: "ns" })).toEqual({ pod_resources: ofA });
  expect(await call("Get", { pod_name: "a", pod_namespace: "other" })).toBe("2 pod a in namespace other not found");
});

it("AGENT-METRICS: requests are counted by version and method, and those that failed", async () => {
  await call("List");
  await call("Get", { pod_name: "a", pod_namespace: "ns" });
  await call("Get", { pod_name: "nobody", pod_namespace: "ns" });
  expect(resources.counts).toEqual([
    { version: "v1", method: "List", requests: 1, errors: 0 },
    { version: "v1", method: "Get", requests: 2, errors: 1 },
  ]);
});
