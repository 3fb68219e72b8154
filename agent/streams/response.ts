import { METRICS_TYPE } from "../../api/metrics/exposition.ts";

export interface NodeApiResponse {
  readonly status: number;
  readonly type: string;
  readonly body: string | AsyncIterable<Uint8Array>;
}

export const plain = (body: string, status = 200): NodeApiResponse => ({
  status,
  type: "text/plain; charset=utf-8",
  body,
});

export const NOT_FOUND = plain("404 page not found\n", 404);

export const metrics = (body: string): NodeApiResponse => ({ status: 200, type: METRICS_TYPE, body });

export const json = (value: unknown): NodeApiResponse => ({
  status: 200,
  type: "application/json",
  body: JSON.stringify(value),
});
