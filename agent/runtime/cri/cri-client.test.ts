import { rmSync } from "node:fs";
import { join } from "node:path";
import {
  type GrpcObject,
  loadPackageDefinition,
  Server,
  ServerCredentials,
  type ServiceClientConstructor,
  status,
} from "@grpc/grpc-js";
import { fromJSON } from "@grpc/proto-loader";
import { parse } from "protobufjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { plainSandbox } from "../../../test/fakes/node/plain-container.ts";
import { temporaryDirectory } from "../../../test/temporary-directory.ts";
import { RuntimeError } from "../runtime-error.ts";
import { CriClient, CriTimeout, ignoreMissing } from "./cri-client.ts";
import { criSandbox } from "./cri-config.ts";
import { CRI_PROTO } from "./cri-proto.ts";

const directory = temporaryDirectory();
const socket = join(directory, "cri.sock");
const server = new Server();
/** Requested sandboxes are created when this is called. */
let make = () => {};
let requested = () => {};

beforeAll(async () => {
  const { root } = parse(CRI_PROTO, { keepCase: true });
  const { v1 } = loadPackageDefinition(fromJSON(root.toJSON(), { keepCase: true })).runtime as GrpcObject;
  const { RuntimeService } = v1 as Record<string, ServiceClientConstructor>;
  if (RuntimeService === undefined) throw new Error("no such service");
  server.addService(RuntimeService.service, {
    RunPodSandbox: (_: unknown, answer: (error: null, value: object) => void) => {
      make = () => answer(null, { pod_sandbox_id: "made" });
      requested();
    },
    RemoveContainer: (_: unknown, answer: (error: object) => void) =>
      answer({ code: status.NOT_FOUND, details: "no such container" }),
    // Never answers.
    Version: () => {},
  });
  await new Promise<void>((resolve, reject) =>
    server.bindAsync(`unix://${socket}`, ServerCredentials.createInsecure(), (error) =>
      error === null ? resolve() : reject(error),
    ),
  );
});
afterAll(() => {
  server.forceShutdown();
  rmSync(directory, { recursive: true });
});

describe("calls to the container runtime", () => {
  it("AGENT-STOP: that create something are awaited on closing", async () => {
    const client = new CriClient(socket);
    const isAsked = new Promise<void>((resolve) => (requested = resolve));
    const config = criSandbox(plainSandbox({ namespace: "n", name: "p", uid: "u" }), "agent");
    const reported: string[] = [];
    const made = client
      .call("RunPodSandbox", { config, runtime_handler: "" })
      .then(({ pod_sandbox_id }) => reported.push(pod_sandbox_id));
    await isAsked;
    const closed = client.close().then(() => reported.push("closed"));
    make();
    await Promise.all([made, closed]);
    expect(reported).toEqual(["made", "closed"]);
  });

  it("that only query are aborted on closing", async () => {
    const client = new CriClient(socket);
    const asks = expect(client.call("Version", { version: "" }, 60)).rejects.toThrow(RuntimeError);
    await client.close();
    await asks;
  });

  it("time out as requested", async () => {
    const client = new CriClient(socket);
    await expect(client.call("Version", { version: "" }, 0.05)).rejects.toThrow(CriTimeout);
    await client.close();
  });

  it("fail with the runtime's message, but removing what is gone succeeds", async () => {
    const client = new CriClient(socket);
    const remove = () => client.call("RemoveContainer", { container_id: "x" });
    await expect(remove()).rejects.toThrow("rpc error: code = NotFound desc = no such container");
    await expect(ignoreMissing(remove())).resolves.toBeUndefined();
    await client.close();
  });
});
