import { rmSync } from "node:fs";
import { join } from "node:path";
import { credentials, type ServiceError } from "@grpc/grpc-js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseServices } from "../../test/fakes/node/grpc-services.ts";
import { temporaryDirectory } from "../../test/temporary-directory.ts";
import { GrpcCode, GrpcError } from "./grpc-error.ts";
import { ServiceMethods } from "./service-methods.ts";
import { UnaryServer } from "./unary-server.ts";

const PROTO = `syntax = "proto3";
package test.v1;
service Echo {
  rpc Say(Words) returns (Words);
  rpc Shout(Words) returns (Words);
}
message Words { string text = 1; }
`;
type Call = (request: object, done: (error: ServiceError | null, answer?: object) => void) => void;

let directory: string;
let server: UnaryServer;
let client: Record<string, Call> & { close(): void };

beforeEach(async () => {
  directory = temporaryDirectory();
  const socket = join(directory, "s");
  server = new UnaryServer(new ServiceMethods(PROTO, ["Echo"]), {
    Say: ({ text }: { readonly text: string }) => {
      if (text === "wrong") throw new GrpcError(GrpcCode.InvalidArgument, "größer als 100 %: no");
      if (text === "broken") throw new Error("broken");
      return { text: text.toUpperCase() };
    },
  });
  await server.listen(socket);
  const { Echo } = parseServices(PROTO);
  if (!Echo) throw new Error("no such service");
  client = new Echo(`unix://${socket}`, credentials.createInsecure()) as unknown as typeof client;
});
afterEach(() => {
  client.close();
  server.close();
  rmSync(directory, { recursive: true });
});

const call = (method: string, text: string) =>
  new Promise((resolve) =>
    client[method]?.call(client, { text }, (error, answer) => resolve(error?.message ?? answer)),
  );

describe("a gRPC server for unary calls", () => {
  it("answers independent clients", async () => {
    expect(await Promise.all(["a", "b"].map((text) => call("Say", text)))).toEqual([{ text: "A" }, { text: "B" }]);
    const long = "x".repeat(200_000);
    expect(await call("Say", long)).toEqual({ text: long.toUpperCase() });
  });

  it("encodes error messages so that a header can hold them", async () => {
    expect(await call("Say", "wrong")).toBe("3 INVALID_ARGUMENT: größer als 100 %: no");
    expect(await call("Say", "broken")).toBe("2 UNKNOWN: broken");
    expect(await call("Shout", "a")).toBe("12 UNIMPLEMENTED: unknown method /test.v1.Echo/Shout");
  });
});
