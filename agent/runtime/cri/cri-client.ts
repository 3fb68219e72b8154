/** Calls of the Container Runtime Interface over its Unix socket. */
import { setTimeout as sleep } from "node:timers/promises";
import {
  type Client,
  type ClientOptions,
  credentials,
  type GrpcObject,
  loadPackageDefinition,
  type ServiceClientConstructor,
  type ServiceError,
  status,
} from "@grpc/grpc-js";
import { fromJSON } from "@grpc/proto-loader";
import { parse } from "protobufjs";
import { steadyNow } from "../../steady-now.ts";
import { RuntimeError } from "../runtime-error.ts";
import type { CriMethods } from "./cri-messages.ts";
import { CRI_PROTO } from "./cri-proto.ts";

const DEFAULT_SECONDS = 120;
export const CLIENT_OPTIONS: ClientOptions = {
  "grpc.max_receive_message_length": 64 * 1024 * 1024,
  "grpc.default_authority": "localhost",
  // A runtime that is back is not kept waiting: it is on this machine.
  "grpc.initial_reconnect_backoff_ms": 100,
  "grpc.max_reconnect_backoff_ms": 3000,
};

type Callable = Record<
  string,
  (request: unknown, options: { deadline: number }, done: (error: ServiceError | null, answer: unknown) => void) => void
>;

/** A runtime whose caller is gone gives such a call up, and leaves what it has made of it so far to nobody. */
const MAKING: ReadonlySet<keyof CriMethods> = new Set([
  "RunPodSandbox",
  "StopPodSandbox",
  "RemovePodSandbox",
  "CreateContainer",
  "StartContainer",
  "RemoveContainer",
]);
const LONGEST_END_MS = 10_000;

/** Not the runtime's own words. */
const SILENT: ReadonlySet<status> = new Set([status.UNAVAILABLE, status.DEADLINE_EXCEEDED, status.CANCELLED]);

/** A call that took longer than it was given. */
export class CriTimeout extends RuntimeError {}

export class CriClient {
  readonly #services: readonly (Client & Callable)[];
  readonly address: string;
  readonly #making = new Set<Promise<unknown>>();
  #answeredAt = steadyNow();

  /** `socket` is a path. */
  constructor(socket: string) {
    this.address = `unix://${socket}`;
    const { root } = parse(CRI_PROTO, { keepCase: true });
    const definition = fromJSON(root.toJSON({ keepComments: false }), {
      keepCase: true,
      longs: Number,
      enums: String,
      defaults: true,
    });
    const { v1 } = loadPackageDefinition(definition).runtime as GrpcObject;
    const { RuntimeService, ImageService } = v1 as Record<string, ServiceClientConstructor>;
    this.#services = [RuntimeService, ImageService].map(
      (Service) =>
        new (Service as ServiceClientConstructor)(
          this.address,
          credentials.createInsecure(),
          CLIENT_OPTIONS,
        ) as Client & Callable,
    );
  }

  call<M extends keyof CriMethods>(
    method: M,
    request: CriMethods[M]["request"],
    seconds = DEFAULT_SECONDS,
  ): Promise<CriMethods[M]["answer"]> {
    const service = this.#services.find((candidate) => typeof candidate[method] === "function");
    const answered = new Promise<CriMethods[M]["answer"]>((resolve, reject) => {
      const call = service?.[method];
      if (service === undefined || call === undefined) throw new Error(`no such call: ${method}`);
      call.call(service, request, { deadline: Date.now() + seconds * 1000 }, (error, answer) => {
        if (error === null || !SILENT.has(error.code)) this.#answeredAt = steadyNow();
        if (error === null) resolve(answer as CriMethods[M]["answer"]);
        else reject(failureOf(error));
      });
    });
    if (MAKING.has(method)) this.#remember(answered.catch(() => {}));
    return answered;
  }

  /** When the runtime last answered, be it with a refusal; at first when this began. */
  get answeredAt(): number {
    return this.#answeredAt;
  }

  #remember(made: Promise<unknown>): void {
    this.#making.add(made);
    void made.then(() => this.#making.delete(made));
  }

  /** Lets what is being made be made, unless that takes long. */
  async close(): Promise<void> {
    await Promise.race([Promise.all(this.#making), sleep(LONGEST_END_MS, undefined, { ref: false })]);
    for (const service of this.#services) service.close();
  }
}

/** Go's words for a status: the kubelet shows them. */
const CODE_NAMES = new Map(
  Object.entries(status)
    .filter(([, code]) => typeof code === "number")
    .map(([name, code]) => [
      code,
      name.toLowerCase().replaceAll(/(^|_)(\w)/g, (_, __, letter) => letter.toUpperCase()),
    ]),
);

function failureOf(error: ServiceError): RuntimeError {
  const message = `rpc error: code = ${CODE_NAMES.get(error.code) ?? error.code} desc = ${error.details}`;
  const options = { words: error.details, cause: error };
  if (error.code === status.DEADLINE_EXCEEDED) return new CriTimeout(message, options);
  return new RuntimeError(message, { ...options, notFound: error.code === status.NOT_FOUND });
}

/** For removals: what is gone already is as good as removed. */
export async function ignoreMissing(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof RuntimeError) || !error.notFound) throw error;
  }
}
