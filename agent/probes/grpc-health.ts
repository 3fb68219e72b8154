/** The gRPC health protocol (grpc.health.v1): two messages of one field each, written by hand. */
import { Client, type ClientUnaryCall, connectivityState, credentials, type ServiceError, status } from "@grpc/grpc-js";
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

export function probeGrpc(address: string, service: string, seconds: number): Promise<ProbeOutcome> {
  const client = new Client(address, credentials.createInsecure());
  return new Promise((resolve) => {
    const call: ClientUnaryCall = client.makeUnaryRequest(
      METHOD,
      encodeRequest,
      decodeResponse,
      service,
      { deadline: Date.now() + seconds * 1000 },
      (error: ServiceError | null, answer?: number) => {
        const connected = client.getChannel().getConnectivityState(false) === connectivityState.READY;
        client.close();
        if (error === null)
          return resolve(
            answer === SERVING
              ? { ok: true, output: "service healthy" }
              : { ok: false, output: `service unhealthy (responded with "${STATUS_NAMES[answer ?? 0]}")` },
          );
        if (error.code === status.UNIMPLEMENTED)
          return resolve({
            ok: false,
            output: `error: this server does not implement the grpc health protocol (grpc.health.v1.Health): ${error.details}`,
          });
        if (error.code === status.DEADLINE_EXCEEDED || error.code === status.UNAVAILABLE)
          return resolve({
            ok: false,
            output: connected
              ? `timeout: health rpc did not complete within ${seconds}s`
              : `timeout: failed to connect service "${address}" within ${seconds}s: context deadline exceeded`,
          });
        return resolve({ ok: false, output: `error: health rpc probe failed: ${error.details}` });
      },
    );
    call.on("error", () => {});
  });
}
