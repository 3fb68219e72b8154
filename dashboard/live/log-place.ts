/** What the log reader needs from the cluster and the page; tests replace it. */
export interface LogRequest {
  /** The path of the pod's log. */
  readonly path: string;
  readonly container: string;
  /** The log before the last restart. */
  readonly previous: boolean;
  /** At most this many of the last lines. */
  readonly tail: number;
  /** RFC 3339; "" to read from the start. */
  readonly since: string;
}

export type LogEnding =
  /** Everything was read and nothing more will come. */
  | { readonly name: "ended" }
  /** The connection was lost. */
  | { readonly name: "lost" }
  | { readonly name: "refused"; readonly problem: string };

export type LogStream = (
  request: LogRequest,
  take: (lines: readonly string[]) => void,
  stop: AbortSignal,
) => Promise<LogEnding>;

export interface LogPlace {
  /** Reads the lines that exist now. */
  readonly read: LogStream;
  /** Also waits for new lines. */
  readonly follow: LogStream;
  /** Logs are not read while the page is hidden. */
  readonly whenVisible: (stop: AbortSignal) => Promise<void>;
  readonly whileVisible: <T>(stop: AbortSignal, run: (seen: AbortSignal) => Promise<T>) => Promise<T>;
}
