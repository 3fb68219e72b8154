/** How the supervisor is started: from beside the agent's bundle, or from the source if there is none. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const PLACES = ["./supervisor.js", "../supervisor.js", "./supervisor-main.ts"];

export function supervisorCommand(): readonly string[] {
  const found = PLACES.map((place) => fileURLToPath(new URL(place, import.meta.url).href)).find((file) =>
    existsSync(file),
  );
  if (found === undefined) throw new Error("the process runtime's supervisor.js is not beside the agent");
  return [process.execPath, found];
}
