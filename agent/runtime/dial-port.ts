import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { RuntimeError } from "./runtime-error.ts";

/** A connection whose sides close apart, as port forwarding needs. */
export async function dialPort(host: string, port: number): Promise<Duplex> {
  const socket = connect({ host, port, allowHalfOpen: true });
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", (error) => reject(new RuntimeError(error.message)));
  });
  return socket;
}
