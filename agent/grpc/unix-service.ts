/** A client of a gRPC service on a Unix socket, from the text of its proto definition. */
import { GrpcChannel, type StreamEvents } from "./channel.ts";
import { ServiceMethods } from "./service-methods.ts";

export interface ResponsesOf<Answer> extends Omit<StreamEvents, "onMessage"> {
  readonly onMessage: (answer: Answer) => void;
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
  async call<Answer>(method: string, request: object, seconds: number): Promise<Answer> {
    const { path, request: asked, answer } = this.#methods.get(method);
    return answer.decode(await this.#channel.unary(path, asked.encode(request), seconds)) as Answer;
  }

  /** For a server stream. Returns a function that cancels it. */
  follow<Answer>(method: string, request: object, { onMessage, onEnd }: ResponsesOf<Answer>): () => void {
    const { path, request: asked, answer } = this.#methods.get(method);
    const read = (bytes: Buffer) => onMessage(answer.decode(bytes) as Answer);
    return this.#channel.stream(path, asked.encode(request), { onMessage: read, onEnd });
  }

  close(): void {
    this.#channel.close();
  }
}
