import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import type { WebSocket } from "ws";
import { RELAY_MARK } from "../../../api/node/relay-message.ts";
import { makeNetworkKey } from "./network-key.ts";
import { RelayLink } from "./relay-link.ts";

class FakeSocket extends EventEmitter {
  readonly sent: Buffer[] = [];
  send(message: Buffer): void {
    this.sent.push(message);
  }
}

test("RELAY-AHEAD: a node returns the relay's marks unchanged", () => {
  const socket = new FakeSocket();
  const [own, peer] = [makeNetworkKey(), makeNetworkKey()];
  new RelayLink({
    own: { name: "a", key: own },
    peer: { name: "b", publicKey: peer.publicKey },
    dial: () => socket as unknown as WebSocket,
    deliver: () => {},
    onClose: () => {},
  });
  const mark = Buffer.from([RELAY_MARK, 1, 2, 3, 4, 5, 6, 7, 8]);
  socket.emit("message", mark, true);
  expect(socket.sent).toEqual([mark]);
  socket.emit("close");
});
