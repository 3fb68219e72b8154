/** Calls of the Container Runtime Interface over its Unix socket. */
import { setTimeout as sleep } from "node:timers/promises";
import type { CallLimits } from "../../grpc/channel.ts";
import { GrpcCode, GrpcError } from "../../grpc/grpc-error.ts";
import { UnixService } from "../../grpc/unix-service.ts";
import { steadyNow } from "../../steady-now.ts";
import { OperationCounts } from "../operation-counts.ts";
import { RuntimeError } from "../runtime-error.ts";
import type { CriMethods } from "./cri-methods.ts";
import { CRI_PROTO } from "./cri-proto.ts";

const DEFAULT_SECONDS = 120;

/** Calls that a runtime abandons when its caller is gone, leaving what was created so far to nobody. */
const MAKING: ReadonlySet<keyof CriMethods> = new Set([
  "RunPodSandbox",
  "StopPodSandbox",
  "RemovePodSandbox",
  "CreateContainer",
  "StartContainer",
  "RemoveContainer",
]);
const MAX_SHUTDOWN_MS = 10_000;

/** Codes whose text is not the runtime's own. */
const SILENT: ReadonlySet<number> = new Set([GrpcCode.Unavailable, GrpcCode.DeadlineExceeded, GrpcCode.Canceled]);

/** A call that exceeded its timeout. */
export class CriTimeout extends RuntimeError {}

export class CriClient {
  readonly #service: UnixService;
  /** A path. */
  readonly socket: string;
  readonly #making = new Set<Promise<unknown>>();
  readonly operations = new OperationCounts();
  #respondedAt = steadyNow();

  /** `socket` is a path. */
  constructor(socket: string) {
    this.socket = socket;
    this.#service = new UnixService(CRI_PROTO, ["RuntimeService", "ImageService"], socket);
  }

  call<M extends keyof CriMethods>(
    method: M,
    request: CriMethods[M]["request"],
    limits: number | CallLimits = DEFAULT_SECONDS,
  ): Promise<CriMethods[M]["response"]> {
    const call = this.#request(method, request, limits);
    if (MAKING.has(method)) this.#remember(call.catch(() => {}));
    return call;
  }

  async #request<M extends keyof CriMethods>(
    method: M,
    request: CriMethods[M]["request"],
    limits: number | CallLimits,
  ): Promise<CriMethods[M]["response"]> {
    const started = steadyNow();
    const count = (failed: boolean) =>
      this.operations.count(method, { seconds: (steadyNow() - started) / 1000, failed });
    try {
      const response = await this.#service.call<CriMethods[M]["response"]>(method, request, limits);
      this.#respondedAt = steadyNow();
      count(false);
      return response;
    } catch (error) {
      count(true);
      if (!(error instanceof GrpcError)) throw error;
      if (!SILENT.has(error.code)) this.#respondedAt = steadyNow();
      throw failureOf(error);
    }
  }

  /** When the runtime last responded, be it with an error; initially when this object was created. */
  get respondedAt(): number {
    return this.#respondedAt;
  }

  #remember(made: Promise<unknown>): void {
    this.#making.add(made);
    void made.then(() => this.#making.delete(made));
  }

  /** Lets creations under way finish, unless that takes long. */
  async close(): Promise<void> {
    await Promise.race([Promise.all(this.#making), sleep(MAX_SHUTDOWN_MS, undefined, { ref: false })]);
    this.#service.close();
  }
}

function failureOf(error: GrpcError): RuntimeError {
  const { code, words, message } = error;
  const options = { words: message, cause: error };
  if (code === GrpcCode.DeadlineExceeded) return new CriTimeout(words, options);
  return new RuntimeError(words, { ...options, notFound: code === GrpcCode.NotFound });
}

/** For removals: what is gone already counts as removed. */
export async function ignoreMissing(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof RuntimeError) || !error.notFound) throw error;
  }
}
