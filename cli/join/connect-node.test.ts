import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { Command } from "commander";
import { afterEach, beforeEach, expect, test } from "vitest";
import { RECEIVED_OBJECTS } from "../../api/node/local-node.ts";
import { temporaryDirectory } from "../../test/temporary-directory.ts";
import { nodeNameOption } from "../commands/options.ts";
import { createAuthority, createServingCertificate } from "../control-plane/certificates.ts";
import { DataDirectory } from "../control-plane/data-directory.ts";
import { saveKubeconfig } from "../kubeconfig.ts";
import { connectNode, nodeNameFor } from "./connect-node.ts";

const authority = createAuthority(new Date());
const serving = createServingCertificate(authority.key, [{ type: "ip", value: "127.0.0.1" }], new Date());
const ca = authority.certificate;

let scratch: string;
let directory: DataDirectory;
let plane: Server;
let server: string;
/** By token: the one that it is exchanged for, or the status of a refusal; 401 for any other. */
let trades: Readonly<Record<string, string | number>>;
let shown: string[];

beforeEach(async () => {
  scratch = temporaryDirectory();
  directory = new DataDirectory(join(scratch, "data"));
  shown = [];
  plane = createServer({ cert: serving.certificate, key: serving.key }, (request, response) => {
    const token = request.headers.authorization?.replace("Bearer ", "") ?? "";
    shown.push(token);
    const answer = trades[token] ?? 401;
    if (typeof answer === "string") response.writeHead(201).end(JSON.stringify({ token: answer }));
    else response.writeHead(answer).end(JSON.stringify({ kind: "Status", code: answer, message: `code ${answer}` }));
  });
  await new Promise<void>((resolve) => plane.listen(0, "127.0.0.1", resolve));
  server = `https://127.0.0.1:${(plane.address() as AddressInfo).port}`;
});
afterEach(() => {
  plane.close();
  directory.release();
  rmSync(scratch, { recursive: true });
});

const joinAs = (nodeName: string) =>
  connectNode(directory, server, { nodeName, token: "bootstrap", caFile: join(scratch, "data/ca.crt") });

test.each([
  ["keeps its credential", "n1", { own: "renewed", bootstrap: 409 }, ["own"], "renewed"],
  ["uses the token if its credential is no longer valid", "n1", { bootstrap: "fresh" }, ["own", "bootstrap"], "fresh"],
  ["uses the token if it has another name", "n2", { own: "renewed", bootstrap: "fresh" }, ["bootstrap"], "fresh"],
] as const)("NODE-JOIN: a machine that joins again %s", async (_, nodeName, given, tokens, token) => {
  trades = given;
  directory.write("ca.crt", ca);
  saveKubeconfig(directory.path, "n1", { server, token: "own", ca });
  writeFileSync(join(directory.makeDirectory(RECEIVED_OBJECTS), "revision.json"), "7");
  const isKnown = token === "renewed";
  expect(await joinAs(nodeName)).toEqual({ connection: { server, token, ca }, isKnown });
  expect(shown).toEqual(tokens);
  // What it has received may be of another cluster.
  expect(existsSync(directory.file(`${RECEIVED_OBJECTS}/revision.json`))).toBe(isKnown);
});

test("NODE-JOIN: a new machine cannot take the name of a live node", async () => {
  trades = { bootstrap: 409 };
  directory.write("ca.crt", ca);
  await expect(joinAs("n1")).rejects.toThrow("refused n1: 409: code 409");
});

test("NODE-JOIN: a joined node starts while the control plane is unreachable, with or without a token", async () => {
  plane.close();
  const known = { server, token: "own", ca };
  saveKubeconfig(directory.path, "n1", known);
  for (const token of ["bootstrap", undefined])
    expect(await connectNode(directory, server, { nodeName: "n1", ...(token && { token }) })).toEqual({
      connection: known,
      isKnown: true,
    });
});

test.each([429, 500, 502])(
  "NODE-JOIN: a joined node starts while the control plane, or a proxy before it, answers %i",
  async (status) => {
    trades = { own: status };
    const known = { server, token: "own", ca };
    saveKubeconfig(directory.path, "n1", known);
    expect(await connectNode(directory, server, { nodeName: "n1" })).toEqual({ connection: known, isKnown: true });
  },
);

test("NODE-JOIN: a joined node keeps its credential at another address of a control plane of the same authority", async () => {
  trades = { own: "renewed" };
  const known = { server: "https://192.0.2.7:6443", token: "own", ca };
  saveKubeconfig(directory.path, "n1", known);
  for (const token of ["bootstrap", undefined]) {
    const joined = await connectNode(directory, server, { nodeName: "n1", ...(token && { token }) });
    expect(joined).toEqual({ connection: { server, token: "renewed", ca }, isKnown: true });
  }
});

test("NODE-JOIN: a mistyped address is not one that the control plane moved to", async () => {
  plane.close();
  saveKubeconfig(directory.path, "n1", { server: "https://192.0.2.7:6443", token: "own", ca });
  await expect(connectNode(directory, server, { nodeName: "n1" })).rejects.toThrow("nothing answers at");
});

test("a credential is not sent to another address whose authority is a public one", async () => {
  trades = {};
  saveKubeconfig(directory.path, "n1", { server: "https://192.0.2.7", token: "own" });
  await expect(connectNode(directory, server, { nodeName: "n1" })).rejects.toThrow(
    "the first join of n1 needs --token",
  );
  expect(shown).toEqual([]);
});

test.each([
  ["the name that it joined by", [], "n1"],
  ["the name that is given", ["--node-name", "n2"], "n2"],
])("NODE-JOIN: a joined machine is started again by %s", (_, words, name) => {
  saveKubeconfig(directory.path, "n1", { server, token: "own", ca });
  const command = new Command().addOption(nodeNameOption()).parse(words, { from: "user" });
  expect(nodeNameFor(command, directory.path)).toBe(name);
});

test("NODE-JOIN: another name in a joined node's directory needs a token of its own", async () => {
  saveKubeconfig(directory.path, "n1", { server, token: "own", ca });
  await expect(connectNode(directory, server, { nodeName: "n2" })).rejects.toThrow(
    "the first join of n2 needs --token",
  );
});

test("NODE-JOIN: a joined node starts with a full disk, and does not renew a credential that it cannot store", async () => {
  trades = { own: "renewed" };
  const known = { server, token: "own", ca };
  saveKubeconfig(directory.path, "n1", known);
  symlinkSync("/dev/full", directory.file("kubeconfig.new"));
  expect(await connectNode(directory, server, { nodeName: "n1" })).toEqual({ connection: known, isKnown: true });
  expect(shown).toEqual([]);
  saveKubeconfig(directory.path, "n1", known);
  expect((await connectNode(directory, server, { nodeName: "n1" })).connection.token).toBe("renewed");
});

test("a kubeconfig that cannot be written is left unchanged, and the reason reported", () => {
  const [file, known] = [directory.file("kubeconfig"), { server, token: "own", ca }];
  saveKubeconfig(directory.path, "n1", known);
  const before = readFileSync(file, "utf8");
  symlinkSync("/dev/full", `${file}.new`);
  const write = () => saveKubeconfig(directory.path, "n1", { ...known, token: "other" });
  expect(write).toThrow(`cannot write ${file}: no space left on the disk`);
  expect(readFileSync(file, "utf8")).toBe(before);
});

test("NODE-JOIN: a node whose Node object was deleted is told how to join again", async () => {
  trades = {};
  saveKubeconfig(directory.path, "n1", { server, token: "own", ca });
  await expect(connectNode(directory, server, { nodeName: "n1" })).rejects.toThrow(
    'the control plane knows n1 no more: was its Node deleted? "sailplane token create" there',
  );
});

test("an error about an address that the certificate does not cover explains how to add it", async () => {
  const wrong = server.replace("127.0.0.1", "localhost");
  directory.write("ca.crt", ca);
  const joining = connectNode(directory, wrong, { nodeName: "n1", token: "t", caFile: join(scratch, "data/ca.crt") });
  await expect(joining).rejects.toThrow(/is not for localhost: on the control plane, .* --tls-san localhost"$/);
});
