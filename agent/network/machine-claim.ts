/**
 * One agent keeps a machine's network: two would each take the other's rules, bridge and pods' addresses for leftovers.
 * Whoever keeps it listens at a name that each network namespace has of its own, and that is gone with the process.
 */
import { connect, createServer, type Server } from "node:net";

const NAME = "\0sailplane-network";
const PATIENCE_MS = 1000;

/** In words, for who comes second. */
function keeper(name: string): Promise<string> {
  return new Promise((resolve) => {
    let said = "";
    const socket = connect(name);
    socket.setTimeout(PATIENCE_MS, () => socket.destroy());
    socket.on("data", (piece) => {
      said += piece;
    });
    socket.once("error", () => {});
    socket.once("close", () => resolve(said || "another agent"));
  });
}

/** Answers how to let go. Fails where another agent has it; `owner` says who this one is. */
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
