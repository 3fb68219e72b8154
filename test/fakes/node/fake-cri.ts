/** A container runtime that says who it is, and nothing else. */
import { Server, ServerCredentials, type sendUnaryData, type UntypedHandleCall } from "@grpc/grpc-js";
import { CRI_PROTO } from "../../../agent/runtime/cri/cri-proto.ts";
import { parseServices } from "./grpc-services.ts";

const answers =
  (value: object): UntypedHandleCall =>
  (_: unknown, done: sendUnaryData<unknown>) =>
    done(null, value);

export async function startFakeCri(socket: string): Promise<Server> {
  const { RuntimeService } = parseServices(CRI_PROTO);
  if (RuntimeService === undefined) throw new Error("no such service");
  const server = new Server();
  server.addService(RuntimeService.service, {
    Version: answers({ runtime_name: "fake", runtime_version: "1" }),
    Status: answers({ info: {} }),
  });
  await new Promise<void>((resolve, reject) =>
    server.bindAsync(`unix://${socket}`, ServerCredentials.createInsecure(), (error) =>
      error === null ? resolve() : reject(error),
    ),
  );
  return server;
}
