/** Two connections as one. */
import type { Socket } from "node:net";

/** Pairs of connections that are joined, and end together with whoever joined them. */
export class JoinedSockets {
  readonly #sockets = new Set<Socket>();

  join(one: Socket, other: Socket): void {
    for (const socket of [one, other]) {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    }
    joinSockets(one, other);
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}

/** Bytes go both ways, half-closes too; what goes wrong with one ends the other. */
function joinSockets(one: Socket, other: Socket): void {
  for (const [from, to] of [[one, other] as const, [other, one] as const]) {
    from.pipe(to);
    from.on("error", () => to.destroy());
    from.on("close", () => {
      if (!from.readableEnded) to.destroy();
    });
  }
}
