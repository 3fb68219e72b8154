/** A container runtime that only says who it is, and how many seconds it was given for a command. */
import {
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type sendUnaryData,
  type UntypedHandleCall,
} from "@grpc/grpc-js";
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
    ExecSync: (call: ServerUnaryCall<unknown, unknown>, done: sendUnaryData<unknown>) => {
      const seconds = Math.round((Number(call.getDeadline()) - Date.now()) / 1000);
      done(null, { stdout: Buffer.from(String(seconds)), stderr: Buffer.alloc(0), exit_code: 0 });
    },
  });
  await new Promise<void>((resolve, reject) =>
    server.bindAsync(`unix://${socket}`, ServerCredentials.createInsecure(), (error) =>
      error === null ? resolve() : reject(error),
    ),
  );
  return server;
}
