/** API requests and their answers as data: several of them travel together. */

export interface ApiRequest {
  readonly method: string;
  /** Within the cluster, query included. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface ApiResponse {
  readonly code: number;
  readonly body: string;
}

export const isSuccess = ({ code }: Pick<ApiResponse, "code">): boolean => code >= 200 && code < 300;

/** Takes one answer of several requests, by the request's index. */
export type TakeAnswer = (index: number, response: ApiResponse) => void;
