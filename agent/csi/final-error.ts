/** Errors of a driver after which it certainly does nothing more. */
import { GrpcCode, GrpcError } from "../grpc/grpc-error.ts";

/** After which a driver may still be doing, or have done, what it was asked for. */
const UNCERTAIN: ReadonlySet<number> = new Set([
  GrpcCode.Canceled,
  GrpcCode.DeadlineExceeded,
  GrpcCode.Unavailable,
  GrpcCode.ResourceExhausted,
  GrpcCode.Aborted,
]);

export const isFinal = (error: Error): boolean => error instanceof GrpcError && !UNCERTAIN.has(error.code);
