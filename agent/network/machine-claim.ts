/**
 * Only one agent manages a machine's network: two would each take the other's rules, bridge and pod addresses for
 * leftovers. The manager listens on an abstract socket, whose names are per network namespace and vanish with the
 * process.
 */
import { connect, createServer, type Server } from "node:net";

const NAME = "\0sailplane-network";
/** Any process of the machine may have taken the name. */
const PATIENCE_MS = 1000;
const MAX_BYTES = 500;

/** A description of the current manager. */
function keeper(name: string): Promise<string> {
  return new Promise((resolve) => {
    let response = "";
    const socket = connect(name);
    const patience = setTimeout(() => socket.destroy(), PATIENCE_MS);
    socket.on("data", (piece) => {
      response += piece;
      if (response.length > MAX_BYTES) socket.destroy();
    });
    socket.once("error", () => {});
    socket.once("close", () => {
      clearTimeout(patience);
      resolve(response.slice(0, MAX_BYTES) || "another agent");
    });
  });
}

/** Returns how to release it. Fails if another agent has it; `owner` describes this one. */
export async function claimMachineNetwork(owner: string, name = NAME): Promise<() => void> {
  const server: Server = createServer((socket) => {
    socket.on("error", () => {});
    socket.end(owner);
  });
  const taken = await new Promise<boolean>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "EADDRINUSE" ? resolve(true) : reject(error),
    );
    server.listen(name, () => resolve(false));
  });
  if (taken)
    throw new Error(
      `${await keeper(name)} keeps this machine's network; a second node here needs a network namespace of its own, or --runtime process`,
    );
  server.unref();
  return () => void server.close();
}
