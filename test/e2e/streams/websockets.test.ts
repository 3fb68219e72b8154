import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { Cluster, credentialsOf } from "../rig/cluster.ts";

const pod = `apiVersion: v1
kind: Pod
metadata: {name: talker}
spec:
  containers:
    - {name: c, image: none, command: ["/bin/sh", "-c", "echo one; echo two; exec sleep 3600"]}
`;

let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start();
  await cluster.output("apply -f -", { input: pod });
  await cluster.output("wait --for=condition=Ready pod/talker --timeout=20s");
});
afterAll(() => cluster.remove());

interface Opening {
  readonly protocols?: readonly string[];
  /** Absent: the administrator's, in a header. */
  readonly authorization?: string;
}

function open(path: string, { protocols = [], authorization }: Opening = {}): WebSocket {
  const { server, token, ca } = credentialsOf(cluster);
  const header = authorization ?? `Bearer ${token}`;
  return new WebSocket(`${server.replace("https:", "wss:")}/api/v1/namespaces/default/${path}`, [...protocols], {
    ca: ca ?? "",
    headers: header === "" ? {} : { Authorization: header },
  });
}

interface Message {
  readonly text: string;
  readonly bytes: Buffer;
  readonly isBinary: boolean;
}

/** Every message until the server closes, or at most `wanted`. */
function messages(socket: WebSocket, wanted = Number.POSITIVE_INFINITY): Promise<Message[]> {
  return new Promise((resolve, reject) => {
    const found: Message[] = [];
    socket.on("message", (bytes: Buffer, isBinary) => {
      found.push({ bytes, isBinary, text: bytes.toString() });
      if (found.length >= wanted) socket.terminate();
    });
    socket.on("close", () => resolve(found));
    socket.on("error", reject);
  });
}

const refusal = (socket: WebSocket): Promise<number> =>
  new Promise((resolve) => {
    socket.on("error", () => {});
    socket.once("open", () => resolve(101));
    socket.once("unexpected-response", (_, response) => {
      resolve(response.statusCode ?? 0);
      socket.terminate();
    });
  });

const exec = (script: string) =>
  `pods/talker/exec?stdout=1&stderr=1&${["sh", "-c", script].map((word) => `command=${encodeURIComponent(word)}`).join("&")}`;

test.each([[["channel.k8s.io"]], [[]]])(
  "exec uses the first protocol for clients that offer none: %j",
  async (protocols) => {
    const socket = open(exec("echo out; echo err >&2"), { protocols });
    const found = await messages(socket);
    const on = (channel: number) =>
      found
        .filter(({ bytes }) => bytes[0] === channel)
        .map(({ bytes }) => bytes.subarray(1).toString())
        .join("");
    expect([on(1), on(2), on(3)]).toEqual(["out\n", "err\n", ""]);
    expect(socket.protocol).toBe(protocols[0] ?? "");
  },
);

test("exec reports failures as the text or the Status of the protocol", async () => {
  const [, words] = (await messages(open(exec("exit 3"), { protocols: ["base64.channel.k8s.io"] })))
    .map(({ text }) => /^3(.*)/.exec(text))
    .find((match) => match !== null) ?? [undefined, ""];
  expect(Buffer.from(words ?? "", "base64").toString()).toContain("exit code 3");
  const newer = await messages(open(exec("exit 3"), { protocols: ["v4.channel.k8s.io"] }));
  const status = newer.find(({ bytes }) => bytes[0] === 3);
  expect(JSON.parse(status?.bytes.subarray(1).toString() ?? "")).toMatchObject({ reason: "NonZeroExitCode" });
});

test("Pods, logs from websockets: a log comes as bytes", async () => {
  const found = await messages(open("pods/talker/log?container=c", { protocols: ["binary.k8s.io"] }));
  expect(Buffer.concat(found.map(({ bytes }) => bytes)).toString()).toBe("one\ntwo\n");
  expect(found.every(({ isBinary }) => isBinary)).toBe(true);
});

test("a watch over WebSocket sends each event in its own message", async () => {
  const [first] = await messages(open("pods?watch=1&fieldSelector=metadata.name%3Dtalker"), 1);
  expect(JSON.parse(first?.text ?? "")).toMatchObject({ type: "ADDED", object: { metadata: { name: "talker" } } });
});

test("a watch of a deprecated kind, which has a warning, works over WebSocket", async () => {
  expect(await refusal(open("endpoints?watch=1"))).toBe(101);
});

test("a bearer token can be sent as a subprotocol, as browsers do", async () => {
  const { token } = credentialsOf(cluster);
  const named = (text: string) => `base64url.bearer.authorization.k8s.io.${Buffer.from(text).toString("base64url")}`;
  const as = (...protocols: string[]) => open("pods/talker/log", { protocols, authorization: "" });
  const found = await messages(as("binary.k8s.io", named(token)));
  expect(found.map(({ text }) => text).join("")).toBe("one\ntwo\n");
  expect(await refusal(as("binary.k8s.io", named("wrong")))).toBe(401);
  expect(await refusal(as(named(token)))).toBe(401);
  expect(await refusal(as("binary.k8s.io"))).toBe(403);
});

test("unknown protocols are refused", async () => {
  expect(await refusal(open(exec("true"), { protocols: ["v9.channel.k8s.io"] }))).toBe(400);
  expect(await refusal(open("pods/talker/log", { protocols: ["v9.channel.k8s.io"] }))).toBe(400);
});
