import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Server, ServerCredentials, type ServerWritableStream } from "@grpc/grpc-js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { temporaryDirectory } from "../../../test/temporary-directory.ts";
import { CriChanges } from "./cri-changes.ts";
import type { CriClient } from "./cri-client.ts";
import { SeenStates } from "./seen-states.ts";

const field = (number: number, bytes: Buffer) => Buffer.concat([Buffer.of((number << 3) | 2, bytes.length), bytes]);
const exitOf = (container: string, id: string): Buffer =>
  field(4, field(2, Buffer.concat([field(1, Buffer.from(container)), field(2, Buffer.from(id))])));
const listed = (id: string, uid: string, state: string) => ({ id, state, labels: { "io.kubernetes.pod.uid": uid } });

let directory: string;
let server: Server;
let changes: CriChanges;
let seen: SeenStates;
let events: ServerWritableStream<Buffer, Buffer>;
/** What CRI reports at each poll; the last one repeats. */
let states: string[];
const requests: string[] = [];
const reported: string[] = [];

beforeEach(async () => {
  directory = temporaryDirectory();
  const socket = join(directory, "s");
  requests.length = 0;
  reported.length = 0;
  states = ["CONTAINER_EXITED"];
  server = new Server();
  const subscribed = new Promise<void>((resolve) =>
    server.addService(
      {
        Subscribe: {
          path: "/containerd.services.events.v1.Events/Subscribe",
          requestStream: false,
          responseStream: true,
          requestSerialize: (bytes: Buffer) => bytes,
          requestDeserialize: (bytes: Buffer) => bytes,
          responseSerialize: (bytes: Buffer) => bytes,
          responseDeserialize: (bytes: Buffer) => bytes,
        },
      },
      {
        Subscribe: (call: ServerWritableStream<Buffer, Buffer>) => {
          events = call;
          resolve();
        },
      },
    ),
  );
  await new Promise<void>((resolve) =>
    server.bindAsync(`unix://${socket}`, ServerCredentials.createInsecure(), () => resolve()),
  );
  const client = {
    socket,
    call: async (method: string, request: { readonly container_id?: string; readonly pod_sandbox_id?: string }) => {
      requests.push(`${method} ${request.container_id ?? request.pod_sandbox_id}`);
      return { status: { state: (states.length > 1 ? states.shift() : states[0]) ?? "" } };
    },
  } as unknown as CriClient;
  seen = new SeenStates();
  seen.replaceOf("one", {
    containers: [listed("c", "one", "CONTAINER_RUNNING")],
    sandboxes: [listed("s", "one", "SANDBOX_READY")],
  });
  changes = new CriChanges(client, { agentId: "a", hasEvents: true, seen, onLook: () => {} });
  changes.listen((uid) => reported.push(uid));
  await subscribed;
});
afterEach(() => {
  changes.close();
  server.forceShutdown();
  rmSync(directory, { recursive: true });
});

const until = async (is: () => boolean) => {
  for (let i = 0; i < 200 && !is(); i++) await sleep(5);
};

describe("containerd's events", () => {
  it("report an ended container once CRI has its state", async () => {
    states = ["CONTAINER_RUNNING", "CONTAINER_RUNNING", "CONTAINER_EXITED"];
    events.write(exitOf("c", "c"));
    await until(() => reported.length > 0);
    expect([reported, requests]).toEqual([["one"], Array.from({ length: 3 }, () => "ContainerStatus c")]);
  });

  it("report containers that ended before the first look", async () => {
    seen.made("quick", { uid: "two", kind: "container" });
    events.write(exitOf("quick", "quick"));
    await until(() => reported.length > 0);
    expect(reported).toEqual(["two"]);
  });

  it("report a sandbox", async () => {
    states = ["SANDBOX_NOTREADY"];
    events.write(exitOf("s", "s"));
    await until(() => reported.length > 0);
    expect([reported, requests]).toEqual([["one"], ["PodSandboxStatus s"]]);
  });

  it("cost no call for a probe, a foreign container, or one that is being stopped", async () => {
    let end = () => {};
    const ending = seen.ending("c", new Promise((resolve) => (end = resolve)));
    for (const exit of [exitOf("s", "probe"), exitOf("other", "other"), exitOf("c", "c")]) events.write(exit);
    await sleep(50);
    expect([reported, requests]).toEqual([[], []]);
    end();
    await ending;
  });
});
