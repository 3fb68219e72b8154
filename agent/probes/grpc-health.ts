/** The gRPC health protocol (grpc.health.v1): two messages of one field each, encoded by hand. */
import { GrpcChannel } from "../grpc/channel.ts";
import { GrpcCode, type GrpcError } from "../grpc/grpc-error.ts";
import type { ProbeOutcome } from "./probe-outcome.ts";

const METHOD = "/grpc.health.v1.Health/Check";
const SERVING = 1;
const STATUS_NAMES = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"];

/** HealthCheckRequest { string service = 1 } */
const encodeRequest = (service: string): Buffer => {
  const text = Buffer.from(service);
  const length = text.length < 0x80 ? [text.length] : [(text.length & 0x7f) | 0x80, text.length >> 7];
  return text.length === 0 ? text : Buffer.concat([Buffer.of(0x0a, ...length), text]);
};
/** HealthCheckResponse { ServingStatus status = 1 } */
const decodeResponse = (bytes: Buffer): number => (bytes[0] === 0x08 ? (bytes[1] ?? 0) : 0);

export interface GrpcProbe {
  readonly host: string;
  readonly port: number;
  /** As shown in messages. */
  readonly address: string;
  readonly service: string;
  readonly seconds: number;
}

export async function probeGrpc({ host, port, address, service, seconds }: GrpcProbe): Promise<ProbeOutcome> {
  const channel = new GrpcChannel({ host, port }, { authority: address });
  try {
    const status = decodeResponse(await channel.unary(METHOD, encodeRequest(service), { seconds }));
    return status === SERVING
      ? { ok: true, output: "service healthy" }
      : { ok: false, output: `service unhealthy (responded with "${STATUS_NAMES[status] ?? status}")` };
  } catch (error) {
    const { code, message, words } = error as GrpcError;
    if (code === GrpcCode.Unimplemented)
      return {
        ok: false,
        output: `error: this server does not implement the grpc health protocol (grpc.health.v1.Health): ${message}`,
      };
    if (code === GrpcCode.DeadlineExceeded || code === GrpcCode.Unavailable)
      return {
        ok: false,
        output: channel.hasConnected
          ? `timeout: health rpc did not complete within ${seconds}s`
          : `timeout: failed to connect service "${address}" within ${seconds}s: context deadline exceeded`,
      };
    return { ok: false, output: `error: health rpc probe failed: ${words}` };
  } finally {
    channel.close();
  }
}
