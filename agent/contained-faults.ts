/**
 * An unexpected error in a listener ends the connection that it is about, not the agent (docs/decisions/0013). What a
 * listener throws is thrown by the `emit` that called it, and by default ends the process.
 */
import { channel } from "node:diagnostics_channel";
import type { EventEmitter } from "node:events";
import type { Server } from "node:net";
import { errorOf } from "../api/error-of.ts";

export interface ContainedFault {
  /** What the connection is for. */
  readonly where: string;
  readonly error: Error;
}

/** Published here, and not passed to each connection's owner, because hardly any fault is known before it happens. */
const faults = channel("sailplane:contained-fault");

/** Returns a function that ends this. */
export function onContainedFault(listener: (fault: ContainedFault) => void): () => void {
  const subscriber = (fault: unknown) => listener(fault as ContainedFault);
  faults.subscribe(subscriber);
  return () => faults.unsubscribe(subscriber);
}

export function reportContained(where: string, error: unknown): void {
  faults.publish({ where, error: errorOf(error) } satisfies ContainedFault);
}

/** `end` is called with the arguments of the event. */
export function containFaults(emitter: EventEmitter, where: string, end: (...event: unknown[]) => void): void {
  const emit = emitter.emit.bind(emitter);
  emitter.emit = (name, ...event) => {
    try {
      return emit(name, ...event);
    } catch (error) {
      reportContained(where, error);
      end(...event);
      return true;
    }
  };
}

/** Of all connections to a server, and of its HTTP requests. Called before the server has any. */
export function containConnections(server: Server, where: string): void {
  const contain = (socket: Connection & EventEmitter) => containFaults(socket, where, () => socket.destroy());
  for (const event of ["connection", "secureConnection"]) server.on(event, contain);
  containFaults(server, where, (about) => connectionOf(about)?.destroy());
}

interface Connection {
  destroy(): unknown;
}

/** A server's events are about a socket, or a request on one. */
function connectionOf(about: unknown): Connection | undefined {
  if (typeof about !== "object" || about === null) return undefined;
  if ("socket" in about) return connectionOf(about.socket);
  return "destroy" in about && typeof about.destroy === "function" ? (about as Connection) : undefined;
}
