/** Joins two connections into one. */
import type { Socket } from "node:net";
import { keepAlive } from "./keep-alive.ts";

/** Pairs of joined connections, which end when their owner does. */
export class JoinedSockets {
  readonly #sockets = new Set<Socket>();

  join(one: Socket, other: Socket): void {
    for (const socket of [one, other]) {
      keepAlive(socket);
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    }
    joinSockets(one, other);
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}

/** Forwards bytes both ways, including half-closes; an error on one side ends the other. */
function joinSockets(one: Socket, other: Socket): void {
  for (const [from, to] of [[one, other] as const, [other, one] as const]) {
    from.pipe(to);
    from.on("error", () => to.destroy());
    from.on("close", () => {
      if (!from.readableEnded) to.destroy();
    });
  }
}
