/** One question answered: the cluster's domain from memory, the rest by the machine's resolvers. */
import { forward } from "./forward.ts";
import { encodeName, parseQuery, type Query, type Rcode, renderAnswer } from "./message.ts";
import { parseAddresses } from "./parse-addresses.ts";
import type { Zone } from "./zone.ts";

export interface ResolverFacts {
  readonly zone: () => Zone;
  /** The machine's resolvers. */
  readonly upstream: () => readonly string[];
  /** Absent: by the network. */
  readonly ask?: typeof forward;
}

/** Undefined where the message is no question. */
export async function resolve(
  message: Buffer,
  { zone, upstream, ask = forward }: ResolverFacts,
  transport: "udp" | "tcp",
): Promise<Buffer | undefined> {
  const query = parseQuery(message);
  if (query === undefined) return undefined;
  const fail = (rcode: Rcode) => renderAnswer(query, { rcode, answers: [], authority: [] }, transport);
  if (query.opcode !== 0) return fail("notImplemented");
  try {
    const answer = query.isInternet ? zone().answer(query.name, query.type) : undefined;
    if (answer === undefined) return await ask(message, { servers: upstream(), transport: transport });
    if (answer.elsewhere === undefined) return renderAnswer(query, answer, transport);
    const asked = await ask(questionOf(query, answer.elsewhere), { servers: upstream(), transport: "udp" });
    const more = parseAddresses(asked);
    return renderAnswer(query, { ...answer, answers: [...answer.answers, ...more], authority: [] }, transport);
  } catch {
    return fail("serverFailure");
  }
}

/** The same of the name outside that a Service stands for. */
function questionOf({ id, type }: Query, name: string): Buffer {
  const header = Buffer.from([id >> 8, id & 255, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  return Buffer.concat([header, encodeName(name), Buffer.from([type >> 8, type & 255, 0, 1])]);
}
