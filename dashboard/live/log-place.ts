/** Where logs are read: the cluster, or what stands for it in tests. */
export interface LogRequest {
  /** Of the pod's log. */
  readonly path: string;
  readonly container: string;
  /** Of the container before the present one. */
  readonly previous: boolean;
  /** The last so many lines. */
  readonly tail: number;
  /** RFC 3339; "" for the beginning. */
  readonly since: string;
}

export type LogEnding =
  /** All of it was read, and no more will come: the container has ended, or was not to be followed. */
  | { readonly name: "ended" }
  /** The connection has gone. */
  | { readonly name: "lost" }
  | { readonly name: "refused"; readonly problem: string };

export type LogStream = (
  request: LogRequest,
  take: (lines: readonly string[]) => void,
  stop: AbortSignal,
) => Promise<LogEnding>;

export interface LogPlace {
  /** What there is now. */
  readonly read: LogStream;
  /** What there is, and what comes. */
  readonly follow: LogStream;
  /** Nobody reads a page that nobody can see. */
  readonly whenVisible: (stop: AbortSignal) => Promise<void>;
  readonly whileVisible: <T>(stop: AbortSignal, run: (seen: AbortSignal) => Promise<T>) => Promise<T>;
}
