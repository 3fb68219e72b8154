import { connect } from "node:tls";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readKubeconfig } from "../../../cli/kubeconfig.ts";
import { Cluster } from "../rig/cluster.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start({ agent: false });
});
afterAll(() => cluster.remove());

test("a client that prefers HTTP/2, as kubectl does, is served by HTTP/1.1", async () => {
  const { server, ca } = readKubeconfig(cluster.directory);
  const { hostname, port } = new URL(server);
  const socket = connect({ host: hostname, port: Number(port), ALPNProtocols: ["h2", "http/1.1"], ...(ca && { ca }) });
  socket.write(`GET /version HTTP/1.1\r\nHost: ${hostname}\r\nConnection: close\r\n\r\n`);
  const [head] = (await socket.setEncoding("utf8").toArray()).join("").split("\r\n");
  expect(head).toBe("HTTP/1.1 200 OK");
});
