import { expect, it } from "vitest";
import { usageOf, usageOfRunning } from "./container-usage.ts";
import type { CriClient } from "./cri-client.ts";
import type { ContainerStats } from "./cri-messages.ts";

const attributes = {
  id: "1",
  metadata: { name: "c" },
  labels: {
    "io.kubernetes.pod.namespace": "ns",
    "io.kubernetes.pod.name": "p",
    "io.kubernetes.pod.uid": "u",
  },
};
const base = { id: "containerd://1", pod: { namespace: "ns", name: "p", uid: "u" }, name: "c" };

it("container usage is what the runtime reports", () => {
  const stats: ContainerStats = {
    attributes,
    cpu: { usage_core_nano_seconds: { value: 5 } },
    memory: {
      working_set_bytes: { value: 10 },
      available_bytes: { value: 90 },
      usage_bytes: { value: 12 },
      rss_bytes: { value: 8 },
      page_faults: { value: 7 },
      major_page_faults: null,
    },
    writable_layer: { fs_id: null, used_bytes: { value: 3 }, inodes_used: { value: 2 } },
  };
  expect(usageOf("containerd", stats)).toEqual({
    ...base,
    cpuNanoseconds: 5,
    memoryWorkingSetBytes: 10,
    memoryBytes: 12,
    memoryAvailableBytes: 90,
    memoryResidentBytes: 8,
    pageFaults: { all: 7, major: 0 },
    diskBytes: 3,
    diskInodes: 2,
  });
});

it("missing measurements stay absent, as does a limit that does not exist", () => {
  const none = { rss_bytes: null, usage_bytes: null, page_faults: null, major_page_faults: null };
  const memory = { ...none, working_set_bytes: { value: 10 }, available_bytes: { value: 0 } };
  const told = { ...base, cpuNanoseconds: 0, memoryWorkingSetBytes: 10, diskBytes: 0 };
  expect(usageOf("containerd", { attributes, cpu: null, memory, writable_layer: null })).toEqual(told);
  expect(usageOf("containerd", { attributes, cpu: null, memory: null, writable_layer: null })).toEqual({
    ...told,
    memoryWorkingSetBytes: 0,
  });
});

it("containers that have ended are omitted, even if the runtime still reports them", async () => {
  const states = { "1": "CONTAINER_EXITED", "2": "CONTAINER_RUNNING", "3": "CONTAINER_CREATED" };
  const ids = Object.keys(states);
  const requests: unknown[] = [];
  const call = async (method: string, request: unknown) => {
    requests.push(request);
    return method === "ListContainers"
      ? { containers: Object.entries(states).map(([id, state]) => ({ id, state })) }
      : {
          stats: ids.map((id) => ({
            attributes: { ...attributes, id },
            cpu: null,
            memory: null,
            writable_layer: null,
          })),
        };
  };
  const found = await usageOfRunning({ call } as unknown as CriClient, "containerd", { mine: "yes" });
  expect(found.map(({ id }) => id)).toEqual(["containerd://2"]);
  expect(requests).toEqual(Array(2).fill({ filter: { label_selector: { mine: "yes" } } }));
});
