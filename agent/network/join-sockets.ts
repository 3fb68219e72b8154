/** Two connections as one. */
import type { Socket } from "node:net";

/** Bytes go both ways, half-closes too; what goes wrong with one ends the other. */
export function joinSockets(one: Socket, other: Socket): void {
  for (const [from, to] of [[one, other] as const, [other, one] as const]) {
    from.pipe(to);
    from.on("error", () => to.destroy());
    from.on("close", () => {
      if (!from.readableEnded) to.destroy();
    });
  }
}
