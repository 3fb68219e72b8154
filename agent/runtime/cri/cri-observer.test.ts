import { beforeEach, describe, expect, it } from "vitest";
import { RuntimeError } from "../runtime-error.ts";
import type { CriClient } from "./cri-client.ts";
import type * as cri from "./cri-messages.ts";
import { CriObserver } from "./cri-observer.ts";
import { SeenStates } from "./seen-states.ts";

const MS = 1_000_000;
const requests: string[] = [];
let sandboxes: cri.PodSandbox[];
let containers: cri.ContainerStatus[];
/** Listed, and removed before their status is requested. */
let removed: string[];
/** The calls that the runtime does not answer. */
let silent: string[];
let ip: string;
let observer: CriObserver;
let seen: SeenStates;

const sandbox = (id: string, more: Partial<cri.PodSandbox> = {}): cri.PodSandbox => ({
  id,
  metadata: { name: "p", uid: "u", namespace: "n", attempt: 0 },
  state: "SANDBOX_READY",
  created_at: 5 * MS,
  labels: {},
  annotations: {},
  runtime_handler: "",
  ...more,
});

const container = (id: string, more: Partial<cri.ContainerStatus> = {}): cri.ContainerStatus => ({
  id,
  metadata: { name: id, attempt: 0 },
  state: "CONTAINER_RUNNING",
  created_at: 6 * MS,
  started_at: 7 * MS,
  finished_at: 0,
  exit_code: 0,
  image: { image: "img" },
  image_ref: "sha256:1",
  reason: "",
  message: "",
  labels: {},
  annotations: {},
  log_path: "/log",
  user: null,
  ...more,
});

const client = {
  call: async (method: string, request: { readonly container_id?: string }) => {
    requests.push(method);
    if (silent.includes(method)) throw new RuntimeError("connection refused");
    switch (method) {
      case "ListPodSandbox":
        return { items: sandboxes };
      case "ListContainers":
        return {
          containers: [...containers.map(({ id }) => id), ...removed].map((id) => ({
            id,
            pod_sandbox_id: "s",
            state: "CONTAINER_RUNNING",
            labels: {},
          })),
        };
      case "PodSandboxStatus":
        return { status: { network: { ip, additional_ips: [{ ip: "fd00::1" }] } } };
      default: {
        const status = containers.find(({ id }) => id === request.container_id);
        if (status === undefined) throw new RuntimeError("no such container", { notFound: true });
        return { status };
      }
    }
  },
} as unknown as CriClient;

beforeEach(() => {
  requests.length = 0;
  sandboxes = [sandbox("s")];
  containers = [container("c")];
  removed = [];
  silent = [];
  ip = "10.0.0.1";
  seen = new SeenStates();
  observer = new CriObserver(client, { scheme: "containerd", agentId: "a", seen });
});

const timesAsked = (method: string) => requests.filter((one) => one === method).length;

describe("AGENT-TRUTH: what the runtime shows", () => {
  it("has times in milliseconds, ids with the runtime's scheme, and the newest first", async () => {
    containers = [container("old"), container("new", { created_at: 9 * MS, user: null })];
    const { sandboxes: found, containers: observed } = await observer.observe("u");
    expect(found).toMatchObject([{ id: "s", createdAt: 5, ips: ["10.0.0.1", "fd00::1"], handler: "", ready: true }]);
    expect(observed.map(({ id, startedAt }) => [id, startedAt])).toEqual([
      ["containerd://new", 7],
      ["containerd://old", 7],
    ]);
    expect(observed[0]).not.toHaveProperty("user");
  });

  it("omits what is removed during the look", async () => {
    removed = ["gone"];
    expect((await observer.observe()).containers.map(({ name }) => name)).toEqual(["c"]);
  });

  it.each(["ContainerStatus", "PodSandboxStatus"])(
    "is unknown while the runtime does not respond to %s: nothing counts as gone, and no pod as without an address",
    async (call) => {
      silent = [call];
      await expect(observer.observe()).rejects.toThrow("connection refused");
      silent = [];
      expect(await observer.observe()).toMatchObject({
        sandboxes: [{ ips: ["10.0.0.1", "fd00::1"] }],
        containers: [{}],
      });
    },
  );

  it("is queried again only if it can change, unlike an exit or a pod's addresses", async () => {
    containers = [container("c"), container("done", { state: "CONTAINER_EXITED", exit_code: 3 })];
    await observer.observe();
    await observer.observe();
    expect([timesAsked("ContainerStatus"), timesAsked("PodSandboxStatus")]).toEqual([3, 1]);
    observer.retainOnly(new Set());
    await observer.observe();
    expect([timesAsked("ContainerStatus"), timesAsked("PodSandboxStatus")]).toEqual([5, 2]);
  });

  it("omits addresses that a sandbox lacks or is losing", async () => {
    ip = "";
    expect((await observer.observe()).sandboxes[0]?.ips).toEqual(["fd00::1"]);
    sandboxes = [sandbox("s", { state: "SANDBOX_NOTREADY" })];
    expect((await observer.observe()).sandboxes[0]?.ips).toEqual([]);
    sandboxes = [sandbox("s")];
    ip = "10.0.0.2";
    observer.deleteAddresses("s");
    expect((await observer.observe()).sandboxes[0]?.ips[0]).toBe("10.0.0.2");
  });
});
