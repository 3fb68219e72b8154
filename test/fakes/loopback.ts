/** TCP on this machine, for tests of connections. */
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** Resolves with a listening server and its port. */
export async function listenOnLoopback(
  serve: (socket: Socket) => void,
  options: { readonly allowHalfOpen?: boolean } = {},
): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer(options, serve).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  return { server, port: (server.address() as AddressInfo).port };
}

/** Rejects if nothing listens. */
export const connectToLoopback = (port: number): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    socket.once("connect", () => resolve(socket));
    socket.once("error", reject);
  });
