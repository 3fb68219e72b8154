/** A gRPC server for unary calls on a Unix socket. */
import { createServer, type Http2Server, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import { errorMessage } from "../../api/error-message.ts";
import { frame, MessageReader } from "./framing.ts";
import { GrpcCode, GrpcError } from "./grpc-error.ts";
import type { ServiceMethods } from "./service-methods.ts";

/** Fails with {@link GrpcError}. */
export type UnaryHandler = (request: never) => object;

const HEADERS = { ":status": 200, "content-type": "application/grpc" } as const;

export class UnaryServer {
  readonly #server: Http2Server = createServer();
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #byPath = new Map<string, (bytes: Buffer) => Uint8Array>();

  constructor(methods: ServiceMethods, handlers: Readonly<Record<string, UnaryHandler>>) {
    this.add(methods, handlers);
    this.#server.on("session", (session) => {
      this.#sessions.add(session);
      session.on("error", () => {});
      session.on("close", () => this.#sessions.delete(session));
    });
    this.#server.on("stream", (stream, headers) => {
      const path = headers[":path"] ?? "";
      stream.on("error", () => {});
      const handler = this.#byPath.get(path);
      if (handler === undefined) end(stream, new GrpcError(GrpcCode.Unimplemented, `unknown method ${path}`));
      else serve(stream, handler);
    });
  }

  /** Serves another service, too. */
  add(methods: ServiceMethods, handlers: Readonly<Record<string, UnaryHandler>>): void {
    for (const [name, handler] of Object.entries(handlers)) {
      const method = methods.get(name);
      this.#byPath.set(method.path, (bytes) => method.response.encode(handler(method.request.decode(bytes) as never)));
    }
  }

  /** `socket` is a path where nothing exists. */
  listen(socket: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(socket, resolve);
    });
  }

  close(): void {
    this.#server.close();
    for (const session of this.#sessions) session.destroy();
  }
}

function serve(stream: ServerHttp2Stream, respond: (bytes: Buffer) => Uint8Array): void {
  const reader = new MessageReader((bytes) => {
    try {
      const response = frame(respond(bytes));
      stream.respond(HEADERS, { waitForTrailers: true });
      stream.once("wantTrailers", () => stream.sendTrailers({ "grpc-status": String(GrpcCode.OK) }));
      stream.end(response);
    } catch (error) {
      end(stream, error instanceof GrpcError ? error : new GrpcError(GrpcCode.Unknown, errorMessage(error)));
    }
  });
  stream.on("data", (chunk: Buffer) => {
    const excess = reader.read(chunk);
    if (excess !== undefined) end(stream, new GrpcError(GrpcCode.ResourceExhausted, excess));
  });
}

/** Escapes the bytes of everything but printable ASCII, and the percent sign: a header allows nothing else. */
const encodeMessage = (text: string): string => text.replaceAll(/[^ -$&-~]+/g, encodeURIComponent);

function end(stream: ServerHttp2Stream, { code, message }: GrpcError): void {
  // It was answered before: a client may send a second message.
  if (stream.headersSent || stream.destroyed) {
    stream.close();
    return;
  }
  const status = { "grpc-status": String(code), "grpc-message": encodeMessage(message) };
  stream.respond({ ...HEADERS, ...status }, { endStream: true });
}
