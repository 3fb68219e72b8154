/** A failed gRPC call. */

/** By Go's names, which the kubelet shows. */
export const GrpcCode = {
  OK: 0,
  Canceled: 1,
  Unknown: 2,
  InvalidArgument: 3,
  DeadlineExceeded: 4,
  NotFound: 5,
  AlreadyExists: 6,
  PermissionDenied: 7,
  ResourceExhausted: 8,
  FailedPrecondition: 9,
  Aborted: 10,
  OutOfRange: 11,
  Unimplemented: 12,
  Internal: 13,
  Unavailable: 14,
  DataLoss: 15,
  Unauthenticated: 16,
} as const;

const NAMES = new Map<number, string>(Object.entries(GrpcCode).map(([name, code]) => [code, name]));

export class GrpcError extends Error {
  readonly code: number;

  /** `message` is the service's own, or says why there is none. */
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }

  /** In Go's words. */
  get words(): string {
    return `rpc error: code = ${NAMES.get(this.code) ?? `Code(${this.code})`} desc = ${this.message}`;
  }
}
