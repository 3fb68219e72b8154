/** Errors of a driver that mean that the operation is certainly over. */
import { GrpcCode, GrpcError } from "../grpc/grpc-error.ts";

/** After these, a driver may still be working on, or have completed, the operation. */
const UNCERTAIN: ReadonlySet<number> = new Set([
  GrpcCode.Canceled,
  GrpcCode.DeadlineExceeded,
  GrpcCode.Unavailable,
  GrpcCode.ResourceExhausted,
  GrpcCode.Aborted,
]);

export const isFinal = (error: Error): boolean => error instanceof GrpcError && !UNCERTAIN.has(error.code);
