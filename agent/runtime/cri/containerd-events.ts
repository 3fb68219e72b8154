/**
 * containerd's own events, which report the end of a container and the start of a command at once; CRI has no events
 * before containerd 1.7. They are decoded by hand: of each only some fields matter.
 */
import { GrpcChannel } from "../../grpc/channel.ts";

const METHOD = "/containerd.services.events.v1.Events/Subscribe";
const filterOf = (topic: string): string => `topic=="${topic}",namespace==k8s.io`;

/** The first length-delimited field with that number. */
function field(bytes: Buffer, wanted: number): Buffer | undefined {
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 0; at < bytes.length; shift += 7) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    return value;
  };
  while (at < bytes.length) {
    const tag = varint();
    const type = tag & 7;
    if (type === 2) {
      const length = varint();
      if (tag >> 3 === wanted) return bytes.subarray(at, at + length);
      at += length;
    } else if (type === 0) varint();
    else if (type === 1) at += 8;
    else if (type === 5) at += 4;
    else return undefined;
  }
  return undefined;
}

/** SubscribeRequest { repeated string filters = 1 } */
const encodeRequest = (filter: string): Buffer => {
  const text = Buffer.from(filter);
  return Buffer.concat([Buffer.of(0x0a, text.length), text]);
};

const EMPTY = Buffer.alloc(0);

/** Envelope { google.protobuf.Any event = 4 }, Any { bytes value = 2 } */
const eventOf = (envelope: Buffer): Buffer => field(field(envelope, 4) ?? EMPTY, 2) ?? EMPTY;

/**
 * TaskExit { string container_id = 1, string id = 2 }: the id of a container whose main process ended. A command
 * executed in it (such as a probe) has another id.
 */
export function endedContainer(envelope: Buffer): string | undefined {
  const exit = eventOf(envelope);
  const container = field(exit, 1)?.toString();
  return field(exit, 2)?.toString() === container ? container : undefined;
}

/** TaskExecStarted { string exec_id = 2 } */
export const startedExec = (envelope: Buffer): string | undefined => field(eventOf(envelope), 2)?.toString();

interface EventReceiver {
  readonly onEvent: (envelope: Buffer) => void;
  /** There are no more events. */
  readonly onEnd: () => void;
}

/** Returns how to stop. `socket` is a path. */
function follow(socket: string, topic: string, { onEvent, onEnd }: EventReceiver): () => void {
  const channel = new GrpcChannel({ path: socket });
  return channel.stream(METHOD, encodeRequest(filterOf(topic)), {
    onMessage: onEvent,
    onEnd: () => {
      channel.close();
      onEnd();
    },
  });
}

/** Calls `onExit` with each container's id, and `onEnd` when there are no more events. Returns how to stop. */
export const followExits = (socket: string, onExit: (id: string) => void, onEnd: () => void): (() => void) =>
  follow(socket, "/tasks/exit", {
    onEvent: (envelope) => {
      const id = endedContainer(envelope);
      if (id !== undefined) onExit(id);
    },
    onEnd,
  });

/** Settles when the command has started, at the latest after `maxMs`, and when the signal aborts. */
export const execStarted = (
  socket: string,
  execId: string,
  { maxMs, signal }: { readonly maxMs: number; readonly signal: AbortSignal },
): Promise<void> =>
  new Promise((resolve) => {
    const stop = follow(socket, "/tasks/exec-started", {
      onEvent: (envelope) => startedExec(envelope) === execId && stop(),
      onEnd: () => {
        clearTimeout(timer);
        resolve();
      },
    });
    // Not AbortSignal.timeout, which is lost (Node 20) if nothing but another signal refers to it.
    const timer = setTimeout(stop, maxMs);
    signal.addEventListener("abort", stop);
  });
