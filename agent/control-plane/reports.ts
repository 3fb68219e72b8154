/**
 * What the node reports and requests for its pods, in as few requests as possible: what comes up concurrently, or while
 * earlier reports are under way, is sent together (docs/spec/node-link.md, LINK-REPORTS). A single report is an
 * ordinary request.
 */
import type { ApiRequest, ApiResponse } from "../../api/api-request.ts";
import { MAX_REPORTS, type NodeReports, type NodeReportsResponse } from "../../api/node/node-reports.ts";

/** Nobody waits for an event: it may be sent along with what follows. */
const EVENTS_MS = 100;
/** One may be waiting for a webhook; that should not stop all others. */
const UNDER_WAY = 2;

/**
 * A control plane that does not know the path may not say so: a node that is not authorized for a path gets that answer
 * first.
 */
const UNKNOWN: ReadonlySet<number> = new Set([403, 404, 405]);
/** The report itself was refused; not its sender (401), and not just for now (429). */
const isRefused = (code: number): boolean => code >= 400 && code < 500 && code !== 401 && code !== 429;

interface Waiting {
  readonly request: ApiRequest;
  readonly resolve: (response: ApiResponse) => void;
  readonly fail: (error: unknown) => void;
}

export class Reports {
  readonly #path: string;
  readonly #request: (request: ApiRequest) => Promise<ApiResponse>;
  readonly #queue: Waiting[] = [];
  #underWay = 0;
  /** Something in the queue has waited long enough. */
  #isDue = false;
  #timer: NodeJS.Timeout | undefined;
  /** The control plane predates reports. */
  #knowsNone = false;

  constructor(nodeName: string, request: (request: ApiRequest) => Promise<ApiResponse>) {
    this.#path = `/sailplane/v1/nodes/${encodeURIComponent(nodeName)}/reports`;
    this.#request = request;
  }

  /** Sent at once, along with everything that is waiting. */
  now = (request: ApiRequest): Promise<ApiResponse> => {
    if (!this.#isDue) setImmediate(() => this.#send());
    this.#isDue = true;
    return this.#join(request);
  };

  event = (request: ApiRequest): Promise<ApiResponse> => {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#isDue = true;
      this.#send();
    }, EVENTS_MS);
    return this.#join(request);
  };

  #join(request: ApiRequest): Promise<ApiResponse> {
    return new Promise((resolve, fail) => this.#queue.push({ request, resolve, fail }));
  }

  #send(): void {
    while (this.#isDue && this.#underWay < UNDER_WAY) {
      const together = this.#queue.splice(0, MAX_REPORTS);
      this.#isDue = this.#queue.length > 0;
      if (together.length > 0) void this.#sendTogether(together);
    }
  }

  async #sendTogether(together: readonly Waiting[]): Promise<void> {
    this.#underWay++;
    await (together.length === 1 || this.#knowsNone ? this.#alone(together) : this.#together(together));
    this.#underWay--;
    this.#send();
  }

  async #alone(waiting: readonly Waiting[]): Promise<void> {
    await Promise.all(waiting.map(({ request, resolve, fail }) => this.#request(request).then(resolve, fail)));
  }

  async #together(waiting: readonly Waiting[]): Promise<void> {
    const body = JSON.stringify({ asked: waiting.map(({ request }) => request) } satisfies NodeReports);
    const headers = { "content-type": "application/json" };
    try {
      const response = await this.#request({ method: "POST", path: this.#path, headers, body });
      if (isRefused(response.code)) {
        this.#knowsNone ||= UNKNOWN.has(response.code);
        return await this.#alone(waiting);
      }
      if (response.code !== 200) {
        for (const { resolve } of waiting) resolve(response);
        return;
      }
      const each = (JSON.parse(response.body) as NodeReportsResponse).answered;
      for (const [index, { resolve, fail }] of waiting.entries()) {
        const own = each[index];
        if (own) resolve(own);
        else fail(new Error("the control plane did not answer"));
      }
    } catch (error) {
      for (const { fail } of waiting) fail(error);
    }
  }
}
