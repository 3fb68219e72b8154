import { expect, test, vi } from "vitest";
import { SpdySession, type SpdyStream } from "./spdy.ts";

/** Two connected sessions; bytes are cut at awkward places. */
function pair(onStream: (stream: SpdyStream) => void) {
  const server: SpdySession = new SpdySession({
    write: (bytes) => inPieces(bytes, (part) => client.receive(part)),
    onStream,
  });
  const client: SpdySession = new SpdySession({ write: (bytes) => inPieces(bytes, (part) => server.receive(part)) });
  return { server, client };
}

async function inPieces(bytes: Buffer, receive: (part: Buffer) => Promise<void>): Promise<void> {
  for (let at = 0; at < bytes.length; at += 7) void receive(bytes.subarray(at, at + 7));
}

test("a stream carries its headers, bytes both ways, and an end in each direction", async () => {
  const echoed = new Promise<string>((resolve) => {
    const { client } = pair((stream) => {
      stream.onData = (bytes) => stream.send(Buffer.from(`${stream.headers.get("streamtype")}:${bytes}`));
      stream.onEnd = () => void stream.end();
    });
    void client.open({ streamType: "first" }).then(() =>
      client.open({ streamType: "second" }).then(async (stream) => {
        let messages = "";
        stream.onData = (bytes) => {
          messages += bytes;
          return undefined;
        };
        stream.onEnd = () => resolve(messages);
        await stream.send(Buffer.from("hello"));
        await stream.end();
      }),
    );
  });
  expect(await echoed).toBe("second:hello");
});

test("a stream without room stops reading", async () => {
  let makeRoom = () => {};
  const room = new Promise<void>((resolve) => {
    makeRoom = resolve;
  });
  const taken: string[] = [];
  const server = new SpdySession({
    write: async () => {},
    onStream: (stream) => {
      stream.onData = (bytes) => {
        taken.push(bytes.toString());
        return room;
      };
    },
  });
  let last: Promise<void> = Promise.resolve();
  const client = new SpdySession({
    write: async (bytes) => {
      last = server.receive(bytes);
    },
  });
  const opened = await client.open({});
  await opened.send(Buffer.from("one"));
  const first = last;
  await opened.send(Buffer.from("two"));
  await vi.waitFor(() => expect(taken).toHaveLength(1));
  const settled = await Promise.race([
    first.then(() => true),
    new Promise((resolve) => setTimeout(resolve, 20, false)),
  ]);
  expect([settled, taken]).toEqual([false, ["one"]]);
  makeRoom();
  await last;
  expect(taken).toEqual(["one", "two"]);
});

test("invalid bytes end the session", async () => {
  let ended = 0;
  const { client, server } = pair((stream) => {
    stream.onEnd = () => ended++;
  });
  await client.open({});
  await new Promise((resolve) => setTimeout(resolve, 20));
  // SYN_STREAM whose headers are not compressed with the dictionary.
  await server.receive(Buffer.from("8003000100000010000000030000000000000102030405060708", "hex"));
  expect(ended).toBe(1);
});

test("a frame of data is passed on as it arrives, and its end with its last byte", async () => {
  const received: string[] = [];
  let frames = Buffer.alloc(0);
  const client = new SpdySession({
    write: async (bytes) => {
      frames = Buffer.concat([frames, bytes]);
    },
  });
  const server = new SpdySession({
    write: async () => {},
    onStream: (stream) => {
      stream.onData = (bytes) => void received.push(bytes.toString());
      stream.onEnd = () => received.push("end");
    },
  });
  await client.open({});
  await server.receive(frames);
  const frame = Buffer.from("0000000101000006abcdef", "hex");
  await server.receive(Buffer.concat([frame.subarray(0, 8), Buffer.from("abc")]));
  expect(received).toEqual(["abc"]);
  await server.receive(Buffer.from("def"));
  expect(received).toEqual(["abc", "def", "end"]);
});

test("a control frame that is too long ends the session, and nothing more is read", async () => {
  let streams = 0;
  const { client, server } = pair(() => streams++);
  await server.receive(Buffer.from("80030001ffffffff", "hex"));
  expect(server.isEnded).toBe(true);
  await client.open({});
  expect(streams).toBe(0);
});
