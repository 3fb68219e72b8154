/** API requests and their answers as data: several of them travel together. */

export interface Asked {
  readonly method: string;
  /** Within the cluster, query included. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Answered {
  readonly code: number;
  readonly body: string;
}

export const isSuccess = ({ code }: Pick<Answered, "code">): boolean => code >= 200 && code < 300;
