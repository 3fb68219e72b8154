/** Unary calls to a service on a Unix socket. */
import { type Client, credentials, type ServiceClientConstructor, type ServiceError } from "@grpc/grpc-js";

const OPTIONS = {
  "grpc.default_authority": "localhost",
  // Who is back is not kept waiting: it is on this machine.
  "grpc.initial_reconnect_backoff_ms": 100,
  "grpc.max_reconnect_backoff_ms": 3000,
};

type Call = (
  request: unknown,
  options: { readonly deadline: number },
  done: (error: ServiceError | null, answer: unknown) => void,
) => void;

export class UnixClient {
  readonly client: Client;

  /** `socket` is a path. */
  constructor(Service: ServiceClientConstructor, socket: string) {
    this.client = new Service(`unix://${socket}`, credentials.createInsecure(), OPTIONS);
  }

  /** Fails with what the service says. */
  call<Answer>(method: string, request: object, seconds: number): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const call = (this.client as unknown as Readonly<Record<string, Call>>)[method];
      if (call === undefined) throw new Error(`no such call: ${method}`);
      call.call(this.client, request, { deadline: Date.now() + seconds * 1000 }, (error, answer) => {
        if (error === null) resolve(answer as Answer);
        else reject(new Error(error.details || error.message, { cause: error }));
      });
    });
  }

  close(): void {
    this.client.close();
  }
}
