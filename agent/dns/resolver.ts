/** Answers a query: the cluster's domain from memory, everything else through the machine's resolvers. */
import { forward } from "./forward.ts";
import { encodeName, parseQuery, type Query, type Rcode, renderAnswer } from "./message.ts";
import { parseAddresses } from "./parse-addresses.ts";
import type { Zone } from "./zone.ts";

export interface ResolverFacts {
  readonly zone: () => Zone;
  /** The machine's resolvers. */
  readonly upstream: () => readonly string[];
  /** Absent: over the network. */
  readonly forward?: typeof forward;
}

/** Concurrent forwarded queries: each takes a socket. Further ones fail, as in CoreDNS by default. */
const MAX_QUERIES = 1000;
let requested = 0;

async function inBounds(query: () => Promise<Buffer>): Promise<Buffer> {
  if (requested >= MAX_QUERIES) throw new Error("too many questions are under way");
  requested++;
  try {
    return await query();
  } finally {
    requested--;
  }
}

/** Undefined if the message is not a query. */
export async function resolve(
  message: Buffer,
  { zone, upstream, forward: forwardQuery = forward }: ResolverFacts,
  transport: "udp" | "tcp",
): Promise<Buffer | undefined> {
  const query = parseQuery(message);
  if (query === undefined) return undefined;
  const fail = (rcode: Rcode) => renderAnswer(query, { rcode, answers: [], authority: [] }, transport);
  if (query.opcode !== 0) return fail("notImplemented");
  try {
    const answer = query.isInternet ? zone().answer(query.name, query.type) : undefined;
    if (answer === undefined) return await inBounds(() => forwardQuery(message, { servers: upstream(), transport }));
    if (answer.elsewhere === undefined) return renderAnswer(query, answer, transport);
    const { elsewhere } = answer;
    const more = parseAddresses(
      await inBounds(() => forwardQuery(questionOf(query, elsewhere), { servers: upstream(), transport: "udp" })),
    );
    return renderAnswer(query, { ...answer, answers: [...answer.answers, ...more], authority: [] }, transport);
  } catch {
    return fail("serverFailure");
  }
}

/** The same query for the external name of a Service. */
function questionOf({ id, type }: Query, name: string): Buffer {
  const header = Buffer.from([id >> 8, id & 255, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  return Buffer.concat([header, encodeName(name), Buffer.from([type >> 8, type & 255, 0, 1])]);
}
