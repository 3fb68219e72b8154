import { createServer, type Server } from "node:net";

/** Listens for pinned calls. Their implementation is loaded with the first one: most control planes never make any. */
export function listenForPinnedCalls(socketPath: string): Server {
  const server = createServer({ pauseOnConnect: true }, async (socket) => {
    const { pinnedCalls } = await import("./pinned-calls.ts");
    pinnedCalls.emit("connection", socket);
    socket.resume();
  });
  return server.listen(socketPath);
}
