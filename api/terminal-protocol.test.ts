import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromClient, TERMINAL_PROTOCOLS, toClient } from "./terminal-protocol.ts";

const frame = (channel: number, text: string) => new Uint8Array([channel, ...new TextEncoder().encode(text)]);
const success = frame(3, JSON.stringify({ status: "Success" }));
const failure = frame(3, JSON.stringify({ status: "Failure", message: "exit code 3" }));

describe("the outcome of a command", () => {
  it.each(["v5.channel.k8s.io", "v4.channel.k8s.io"])("is a Status in %s", (protocol) =>
    expect([toClient(protocol, success), toClient(protocol, failure)]).toEqual([success, failure]),
  );
  it.each(["channel.k8s.io", ""])("is a message, or a closed connection, in %j", (protocol) =>
    expect([toClient(protocol, success), toClient(protocol, failure)]).toEqual([undefined, frame(3, "exit code 3")]),
  );
});

describe("text protocols", () => {
  it("encode the channel as a digit, and bytes in base64", () => {
    expect(toClient("base64.channel.k8s.io", frame(1, "hi"))).toBe("1aGk=");
    expect(fromClient("base64.channel.k8s.io", "0aGk=")).toEqual(frame(0, "hi"));
  });
  it.each(["x", "", "0!", ":aGk="])("ignore %j", (message) =>
    expect(fromClient("v4.base64.channel.k8s.io", message)).toBeUndefined(),
  );
});

it("every protocol transfers any bytes in both directions", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...TERMINAL_PROTOCOLS),
      fc.constantFrom(0, 1, 2, 4),
      fc.uint8Array({ maxLength: 99 }),
      (protocol, channel, bytes) => {
        const sent = new Uint8Array([channel, ...bytes]);
        const reported = toClient(protocol, sent);
        expect(
          reported && fromClient(protocol, typeof reported === "string" ? reported : reported.slice().buffer),
        ).toEqual(sent);
      },
    ),
  );
});
