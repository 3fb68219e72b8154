import { expect, test } from "vitest";
import { messagesTo, requireRead, type SocketMessages } from "./unread-messages.ts";

const MIB = 1024 * 1024;

function open(client: string): SocketMessages & { hasEnded(): boolean } {
  const socket = messagesTo(client);
  let hasEnded = false;
  void socket.ended.then(() => {
    hasEnded = true;
  });
  return { ...socket, hasEnded: () => hasEnded };
}
const settled = () => new Promise((resolve) => setTimeout(resolve));

test("FAIR-MESSAGES: over the limit, the socket and the one that was sent most end, and count until they are closed", async () => {
  const [most, little, other] = [open("jo"), open("jo"), open("jo")];
  expect(most.count(40 * MIB) && little.count(MIB) && other.count(23 * MIB)).toBe(true);
  await settled();
  expect([most, little, other].map((socket) => socket.hasEnded())).toEqual([false, false, false]);
  expect(() => requireRead("jo")).not.toThrow();
  expect(other.count(1)).toBe(false);
  await settled();
  expect([most, little, other].map((socket) => socket.hasEnded())).toEqual([true, false, true]);
  expect(() => requireRead("jo")).toThrow("too many messages are unread");
  expect(() => requireRead("al")).not.toThrow();
  most.leave();
  other.leave();
  expect(() => requireRead("jo")).not.toThrow();
  expect(little.count(MIB)).toBe(true);
});

test("FAIR-MESSAGES: whoever reads nothing is sent no more than that, by however many sockets", () => {
  const sockets = Array.from({ length: 2000 }, () => open("bo"));
  const sent = sockets.filter((socket) => socket.count(MIB));
  expect(sent.length).toBe(64);
});
