/**
 * gRPC over unencrypted HTTP/2, as spoken by services on this machine: unary calls and server streams. The connection
 * is opened by the first call, and again by the next call after it broke. Does not retry, balance or resolve.
 */
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect as connectHttp2,
  constants,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from "node:http2";
import { connect, type NetConnectOpts } from "node:net";
import { errorMessage } from "../../api/error-message.ts";
import { timerMs } from "../longest-timer.ts";
import { frame, MessageReader } from "./framing.ts";
import { GrpcCode, GrpcError } from "./grpc-error.ts";

const { NGHTTP2_CANCEL } = constants;
/** gRPC has no more than eight digits for a time limit. */
const MAX_TIMEOUT = 99_999_999;
/** An answer may be long, and many may be under way. */
const SESSION_MEMORY_MB = 256;

export interface StreamEvents {
  readonly onMessage: (message: Buffer) => void;
  /** Undefined: it ended normally. */
  readonly onEnd: (error: GrpcError | undefined) => void;
}

interface Further {
  readonly headers: OutgoingHttpHeaders;
}

interface Ending {
  /** The trailers, or the headers of an answer without trailers. */
  status: IncomingHttpHeaders | undefined;
  error: Error | undefined;
  /** Why we ended it. */
  refused: GrpcError | undefined;
}

function decodeMessage(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function outcomeOf({ status, error, refused }: Ending): GrpcError | undefined {
  if (refused !== undefined) return refused;
  const code = status?.["grpc-status"];
  if (code === undefined) {
    const http = Number(status?.[":status"] ?? 200);
    const why = http === 200 ? "error reading from server: EOF" : `unexpected HTTP status code ${http}`;
    return new GrpcError(GrpcCode.Unavailable, error === undefined ? why : `connection error: ${error.message}`);
  }
  return Number(code) === GrpcCode.OK
    ? undefined
    : new GrpcError(Number(code), decodeMessage(String(status?.["grpc-message"] ?? "")));
}

export interface CallLimits {
  readonly seconds: number;
  /** Cancels the call. */
  readonly signal?: AbortSignal | undefined;
}

export interface ChannelOptions {
  readonly authority?: string;
  /** A connection was established; or one has ended, or could not be established. */
  readonly onConnection?: (isConnected: boolean) => void;
}

/** As in the header `grpc-timeout`. */
function printTimeout(seconds: number): string {
  const ms = Math.ceil(seconds * 1000);
  return ms <= MAX_TIMEOUT ? `${ms}m` : `${Math.min(Math.ceil(seconds), MAX_TIMEOUT)}S`;
}

export class GrpcChannel {
  readonly #to: NetConnectOpts;
  readonly #authority: string;
  readonly #onConnection: (isConnected: boolean) => void;
  #session: ClientHttp2Session | undefined;
  #connected = false;

  constructor(to: NetConnectOpts, { authority = "localhost", onConnection = () => {} }: ChannelOptions = {}) {
    this.#to = to;
    this.#authority = authority;
    this.#onConnection = onConnection;
  }

  /** Connects before the first call, or again. */
  connect(): void {
    this.#open();
  }

  /** Whether a server has ever answered: a port that only accepts connections speaks no gRPC. */
  get hasConnected(): boolean {
    return this.#connected;
  }

  /** `path` is `/PACKAGE.SERVICE/METHOD`. Fails with {@link GrpcError}. */
  unary(path: string, request: Uint8Array, { seconds, signal }: CallLimits): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      let response: Buffer | undefined;
      const stop = this.#call(path, request, {
        headers: { "grpc-timeout": printTimeout(seconds) },
        onMessage: (message) => {
          response = message;
        },
        onEnd: (error) => {
          clearTimeout(timer);
          signal?.removeEventListener("abort", onAbort);
          if (error !== undefined) reject(error);
          else if (response === undefined) reject(new GrpcError(GrpcCode.Internal, "there is no answer"));
          else resolve(response);
        },
      });
      const cancel = (code: number, why: string) => {
        reject(new GrpcError(code, why));
        stop();
      };
      const timer = setTimeout(
        () => cancel(GrpcCode.DeadlineExceeded, "context deadline exceeded"),
        timerMs(seconds * 1000),
      );
      const onAbort = () => cancel(GrpcCode.Canceled, "context canceled");
      if (signal?.aborted) onAbort();
      signal?.addEventListener("abort", onAbort);
    });
  }

  /** Returns a function that cancels it. */
  stream(path: string, request: Uint8Array, events: StreamEvents): () => void {
    return this.#call(path, request, { ...events, headers: {} });
  }

  #call(path: string, request: Uint8Array, { headers, onMessage, onEnd }: StreamEvents & Further): () => void {
    const ending: Ending = { status: undefined, error: undefined, refused: undefined };
    let stream: ClientHttp2Stream;
    try {
      stream = this.#open().request({
        ":method": "POST",
        ":path": path,
        "content-type": "application/grpc",
        te: "trailers",
        ...headers,
      });
    } catch (error) {
      ending.error = error as Error;
      setImmediate(() => onEnd(outcomeOf(ending)));
      return () => {};
    }
    const reader = new MessageReader(onMessage);
    const setStatus = (headers: IncomingHttpHeaders) => {
      ending.status = headers;
    };
    stream.on("response", setStatus);
    stream.on("trailers", setStatus);
    const refuse = (code: number, why: string) => {
      ending.refused = new GrpcError(code, why);
      stream.close(NGHTTP2_CANCEL);
    };
    stream.on("data", (chunk: Buffer) => {
      if (ending.refused !== undefined) return;
      try {
        const excess = reader.read(chunk);
        if (excess !== undefined) refuse(GrpcCode.ResourceExhausted, excess);
      } catch (error) {
        refuse(GrpcCode.Internal, `the message cannot be read: ${errorMessage(error)}`);
      }
    });
    stream.on("error", (error) => {
      ending.error = error;
    });
    stream.on("close", () => onEnd(outcomeOf(ending)));
    stream.end(frame(request));
    return () => stream.close(NGHTTP2_CANCEL);
  }

  #open(): ClientHttp2Session {
    const known = this.#session;
    if (known !== undefined && !known.closed && !known.destroyed) return known;
    const session = connectHttp2(`http://${this.#authority}`, {
      createConnection: () => connect(this.#to),
      maxSessionMemory: SESSION_MEMORY_MB,
      settings: { enablePush: false },
    });
    session.once("remoteSettings", () => {
      this.#connected = true;
    });
    session.once("connect", () => this.#onConnection(true));
    session.once("close", () => this.#onConnection(false));
    // Each call reports it.
    session.on("error", () => {});
    this.#session = session;
    return session;
  }

  /** Cancels what is under way. */
  close(): void {
    this.#session?.destroy();
  }
}
