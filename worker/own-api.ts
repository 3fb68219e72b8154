/** The control plane's access to its own API, which the Worker's entry point OwnApi answers. */
import type { ApiRequest, ApiResponse, TakeAnswer } from "../api/api-request.ts";

export interface RequestBatch {
  readonly cluster: string;
  readonly requests: readonly ApiRequest[];
  /** Told what is answered if others take long, such as those that a webhook decides. */
  readonly answered?: TakeAnswer;
}

export type OwnApiBinding = Fetcher & {
  /** The control plane's own requests. */
  send(batch: RequestBatch): Promise<readonly ApiResponse[]>;
  /** Requests that it forwards for others, who are identified by their credentials. */
  forward(batch: RequestBatch): Promise<readonly ApiResponse[]>;
};
