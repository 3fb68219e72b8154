/** A client of a gRPC service on a Unix socket, from the text of its proto definition. */
import { type CallLimits, GrpcChannel, type StreamEvents } from "./channel.ts";
import { ServiceMethods } from "./service-methods.ts";

export interface ResponsesOf<Response> extends Omit<StreamEvents, "onMessage"> {
  readonly onMessage: (message: Response) => void;
}

export class UnixService {
  readonly #channel: GrpcChannel;
  readonly #methods: ServiceMethods;

  /** `services` are those of the definition that answer there; `socket` is a path, or the connection to one. */
  constructor(proto: string, services: readonly string[], socket: string | GrpcChannel) {
    this.#methods = new ServiceMethods(proto, services);
    this.#channel = typeof socket === "string" ? new GrpcChannel({ path: socket }) : socket;
  }

  /** Fails with {@link GrpcError}. */
  async call<Response>(method: string, request: object, limits: number | CallLimits): Promise<Response> {
    const codecs = this.#methods.get(method);
    const bytes = await this.#channel.unary(
      codecs.path,
      codecs.request.encode(request),
      typeof limits === "number" ? { seconds: limits } : limits,
    );
    return codecs.response.decode(bytes) as Response;
  }

  /** For a server stream. Returns a function that cancels it. */
  follow<Response>(method: string, request: object, { onMessage, onEnd }: ResponsesOf<Response>): () => void {
    const codecs = this.#methods.get(method);
    const read = (bytes: Buffer) => onMessage(codecs.response.decode(bytes) as Response);
    return this.#channel.stream(codecs.path, codecs.request.encode(request), { onMessage: read, onEnd });
  }

  close(): void {
    this.#channel.close();
  }
}
