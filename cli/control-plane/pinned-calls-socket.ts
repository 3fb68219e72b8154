import { createServer, type Server } from "node:net";

/** Listens for pinned calls. What makes them is loaded with the first: most control planes never make one. */
export function listenForPinnedCalls(socketPath: string): Server {
  const server = createServer({ pauseOnConnect: true }, async (socket) => {
    const { pinnedCalls } = await import("./pinned-calls.ts");
    pinnedCalls.emit("connection", socket);
    socket.resume();
  });
  return server.listen(socketPath);
}
