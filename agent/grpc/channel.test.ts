import { rmSync } from "node:fs";
import { createServer } from "node:http2";
import { join } from "node:path";
import { Server, ServerCredentials, type ServerWritableStream, type sendUnaryData, status } from "@grpc/grpc-js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseServices } from "../../test/fakes/node/grpc-services.ts";
import { temporaryDirectory } from "../../test/temporary-directory.ts";
import { GrpcError } from "./grpc-error.ts";
import { UnixService } from "./unix-service.ts";

const PROTO = `syntax = "proto3";
package test.v1;
service Echo {
  rpc Say(Words) returns (Words);
  rpc Repeat(Words) returns (stream Words);
}
message Words { string text = 1; int32 times = 2; Mood mood = 3; map<string, string> more = 4; }
enum Mood { CALM = 0; LOUD = 1; }
`;
interface Words {
  readonly text: string;
  readonly times: number;
  readonly mood: string;
  readonly more: Record<string, string>;
}
const messages: Words = { text: "hello", times: 2, mood: "LOUD", more: { a: "b" } };

let directory: string;
let socket: string;
let server: Server;
let service: UnixService;
const requests: string[] = [];

async function serve(): Promise<void> {
  const { Echo } = parseServices(PROTO);
  if (!Echo) throw new Error("no such service");
  server = new Server();
  server.addService(Echo.service, {
    Say: ({ request }: { request: Words }, done: sendUnaryData<Words>) => {
      requests.push(request.text);
      if (request.text === "never") return;
      if (request.text === "wrong")
        return done({ code: status.FAILED_PRECONDITION, details: "schön ist: 100 % anders" });
      done(null, request);
    },
    Repeat: (call: ServerWritableStream<Words, Words>) => {
      for (let i = 0; i < call.request.times; i++) call.write({ ...call.request, times: i });
      if (call.request.text === "ends") call.end();
    },
  });
  await new Promise<void>((resolve, reject) =>
    server.bindAsync(`unix://${socket}`, ServerCredentials.createInsecure(), (error) =>
      error === null ? resolve() : reject(error),
    ),
  );
}

beforeEach(async () => {
  directory = temporaryDirectory();
  socket = join(directory, "s");
  requests.length = 0;
  await serve();
  service = new UnixService(PROTO, ["Echo"], socket);
});
afterEach(() => {
  service.close();
  server.forceShutdown();
  rmSync(directory, { recursive: true });
});

const say = (words: Partial<Words>, seconds = 10) => service.call<Words>("Say", words, seconds);
const failure = async (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => "none",
    (error: unknown) => (error instanceof GrpcError ? error.words : String(error)),
  );

describe("a gRPC service on a Unix socket", () => {
  it("encodes calls by its proto definition, with defaults for absent fields", async () => {
    expect(await say(messages)).toEqual(messages);
    expect(await say({})).toEqual({ text: "", times: 0, mood: "CALM", more: {} });
    const long = "x".repeat(3_000_000);
    expect((await say({ text: long })).text).toBe(long);
  });

  it("carries many concurrent calls over one connection", async () => {
    const all = await Promise.all(Array.from({ length: 300 }, (_, times) => say({ times })));
    expect(all.map(({ times }) => times)).toEqual(Array.from({ length: 300 }, (_, times) => times));
  });

  it("returns errors with its own status and message", async () => {
    expect(await failure(say({ text: "wrong" }))).toBe(
      "rpc error: code = FailedPrecondition desc = schön ist: 100 % anders",
    );
    const other = new UnixService(PROTO.replace("service Echo", "service Other"), ["Other"], socket);
    expect(await failure(other.call("Say", {}, 10))).toMatch(/^rpc error: code = Unimplemented desc = /);
    other.close();
    expect(await failure(service.call("Shout", {}, 10))).toBe("Error: no such call: Shout");
  });

  it("enforces the call's deadline", async () => {
    expect(await failure(say({ text: "never" }, 0.05))).toMatch(/^rpc error: code = DeadlineExceeded desc = ./);
    expect(await say(messages)).toEqual(messages);
  });

  it("cancels a call whose signal aborts, and does not begin one whose signal has", async () => {
    const [before, later] = [AbortSignal.abort(), new AbortController()];
    const sayUnless = (signal: AbortSignal) => failure(service.call("Say", { text: "never" }, { seconds: 10, signal }));
    const cancelled = sayUnless(later.signal);
    while (requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    later.abort();
    expect(await cancelled).toBe("rpc error: code = Canceled desc = context canceled");
    expect(await sayUnless(before)).toBe("rpc error: code = Canceled desc = context canceled");
  });

  it("AGENT-LONG-TIME: takes a deadline in years for what it is", async () => {
    expect(await say({ text: "hello" }, 2 ** 31 - 1)).toMatchObject({ text: "hello" });
  });

  it("fails with Unavailable while it is down, and can be called again afterwards", async () => {
    const away = /^rpc error: code = Unavailable desc = connection error: /;
    const nobody = new UnixService(PROTO, ["Echo"], join(directory, "nobody"));
    expect(await failure(nobody.call("Say", {}, 10))).toMatch(away);
    nobody.close();
    const cut = failure(say({ text: "never" }));
    while (requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    server.forceShutdown();
    expect(await cut).toMatch(/^rpc error: code = (Unavailable|Canceled) /);
    rmSync(socket, { force: true });
    expect(await failure(say(messages))).toMatch(away);
    await serve();
    expect(await say(messages)).toEqual(messages);
  });

  it("ends a stream whose message cannot be read, and nothing else", async () => {
    const follow = (onMessage: () => void) =>
      new Promise<GrpcError | undefined>((resolve) => {
        service.follow<Words>("Repeat", { text: "ends", times: 3 }, { onMessage, onEnd: resolve });
      });
    const unread = await follow(() => {
      throw new RangeError("index out of range");
    });
    expect(unread?.words).toBe("rpc error: code = Internal desc = the message cannot be read: index out of range");
    expect(await say(messages)).toEqual(messages);
  });

  it("streams answers until it ends or the caller stops", async () => {
    const follow = (text: string) => {
      const times: number[] = [];
      let stop = () => {};
      const ended = new Promise<string | undefined>((resolve) => {
        stop = service.follow<Words>(
          "Repeat",
          { text, times: 3 },
          {
            onMessage: (words) => {
              times.push(words.times);
              if (text === "given up" && times.length === 3) stop();
            },
            onEnd: (error) => resolve(error?.words),
          },
        );
      });
      return { times, ended };
    };
    const whole = follow("ends");
    expect([await whole.ended, whole.times]).toEqual([undefined, [0, 1, 2]]);
    const part = follow("given up");
    expect(await part.ended).toMatch(/^rpc error: code = (Unavailable|Canceled) /);
    expect(part.times).toEqual([0, 1, 2]);
  });

  it("fails the call if the server does not speak gRPC", async () => {
    const path = join(directory, "other");
    const other = createServer((_, response) => {
      response.writeHead(503);
      response.end("busy");
    });
    await new Promise<void>((resolve) => other.listen(path, resolve));
    const client = new UnixService(PROTO, ["Echo"], path);
    expect(await failure(client.call("Say", {}, 10))).toBe(
      "rpc error: code = Unavailable desc = unexpected HTTP status code 503",
    );
    client.close();
    other.close();
  });

  it("ends a call whose answer announces too great a length", async () => {
    const path = join(directory, "long");
    const other = createServer((_, response) => {
      response.writeHead(200, { "content-type": "application/grpc" });
      response.write(Buffer.from([0, 0xff, 0xff, 0xff, 0xff, 1, 2, 3]));
    });
    await new Promise<void>((resolve) => other.listen(path, resolve));
    const client = new UnixService(PROTO, ["Echo"], path);
    expect(await failure(client.call("Say", {}, 10))).toBe(
      "rpc error: code = ResourceExhausted desc = grpc: received message larger than max (4294967295 vs. 16777216)",
    );
    client.close();
    other.close();
  });
});
