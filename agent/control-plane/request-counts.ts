/** The requests that a node makes of its API server, as client-go counts them: by method and status code, and how long each took. */
import type { ApiRequest } from "../../api/api-request.ts";
import { Histogram } from "../../api/metrics/histogram.ts";
import { steadyNow } from "../steady-now.ts";

/** client-go's bounds, in seconds. */
const BOUNDS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60];
/** client-go's code of a request that was not answered. */
const UNANSWERED = "<error>";

export interface RequestCount {
  readonly method: string;
  readonly code: string;
  readonly count: number;
}

export class RequestCounts {
  /** `HOST:PORT` of the API server. */
  readonly host: string;
  readonly #counts = new Map<string, RequestCount>();
  readonly #seconds = new Map<string, Histogram>();

  constructor(server: string) {
    this.host = new URL(server).host;
  }

  /** Makes requests like `ask`, and counts them. */
  counting<Request extends Pick<ApiRequest, "method">, Response extends { readonly code: number }>(
    ask: (request: Request) => Promise<Response>,
  ): (request: Request) => Promise<Response> {
    return async (request) => {
      const began = steadyNow();
      let code = UNANSWERED;
      try {
        const response = await ask(request);
        code = String(response.code);
        return response;
      } finally {
        this.#count(request.method, code, (steadyNow() - began) / 1000);
      }
    };
  }

  #count(method: string, code: string, seconds: number): void {
    const key = `${method} ${code}`;
    this.#counts.set(key, { method, code, count: (this.#counts.get(key)?.count ?? 0) + 1 });
    const histogram = this.#seconds.get(method) ?? new Histogram(BOUNDS);
    histogram.observe(seconds);
    this.#seconds.set(method, histogram);
  }

  get all(): readonly RequestCount[] {
    return [...this.#counts.values()];
  }

  /** By method. */
  get seconds(): ReadonlyMap<string, Histogram> {
    return this.#seconds;
  }
}
