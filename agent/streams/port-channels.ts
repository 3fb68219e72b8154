/**
 * Port-forward as spoken by most libraries other than client-go: each requested port has two channels of the WebSocket,
 * one for data and one for errors, both beginning with the port's number. They are mapped to the same kind of session
 * that kubectl uses.
 */
import type { SpdySession } from "../spdy/spdy.ts";
import type { Consumed } from "../spdy/write-to.ts";

export interface PortChannels {
  readonly ports: readonly number[];
  readonly session: SpdySession;
  readonly send: (channel: number, bytes: Buffer) => Promise<void>;
}

export interface JoinedPorts {
  /** What the client has sent on a channel. */
  readonly receive: (channel: number, bytes: Buffer) => Consumed;
  /** All connections have ended. */
  readonly ended: Promise<unknown>;
}

export function joinPorts({ ports, session, send }: PortChannels): JoinedPorts {
  const joined = ports.map((port, i) => joinPort(port, i, { session, send }));
  return {
    receive: (channel, bytes) => (channel % 2 === 0 ? joined[channel / 2]?.receive(bytes) : undefined),
    ended: Promise.all(joined.map(({ ended }) => ended)),
  };
}

function joinPort(port: number, i: number, { session, send }: Omit<PortChannels, "ports">) {
  const [dataChannel, errorChannel] = [2 * i, 2 * i + 1];
  const open = async () => {
    const number = Buffer.alloc(2);
    number.writeUInt16LE(port);
    await send(dataChannel, number);
    await send(errorChannel, number);
    const shared = { requestid: String(i), port: String(port) };
    const error = await session.open({ ...shared, streamtype: "error" });
    error.onData = (bytes) => send(errorChannel, bytes);
    const responseEnded = new Promise<void>((resolve) => {
      error.onEnd = resolve;
    });
    await error.end();
    const data = await session.open({ ...shared, streamtype: "data" });
    data.onData = (bytes) => send(dataChannel, bytes);
    const requestEnded = new Promise<void>((resolve) => {
      data.onEnd = resolve;
    });
    return { data, ended: Promise.all([responseEnded, requestEnded]) };
  };
  const opened = open();
  return {
    // Early data waits until there is a stream for it.
    receive: (bytes: Buffer) => opened.then(({ data }) => data.send(bytes)),
    ended: opened.then(({ ended }) => ended),
  };
}
