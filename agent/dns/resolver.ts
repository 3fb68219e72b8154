/** One question answered: the cluster's domain from memory, the rest by the machine's resolvers. */
import { forward } from "./forward.ts";
import { encodeName, parseQuery, type Query, type Rcode, type ResourceRecord, renderAnswer } from "./message.ts";
import { parseAddresses } from "./parse-addresses.ts";
import type { Zone } from "./zone.ts";

export interface ResolverFacts {
  readonly zone: () => Zone;
  /** The machine's resolvers. */
  readonly upstream: () => readonly string[];
}

/** Undefined where the message is no question. */
export async function resolve(
  message: Buffer,
  { zone, upstream }: ResolverFacts,
  transport: "udp" | "tcp",
): Promise<Buffer | undefined> {
  const query = parseQuery(message);
  if (query === undefined) return undefined;
  const fail = (rcode: Rcode) => renderAnswer(query, { rcode, answers: [], authority: [] }, transport);
  if (query.opcode !== 0) return fail("notImplemented");
  try {
    const answer = query.isInternet ? zone().answer(query.name, query.type) : undefined;
    if (answer === undefined) return await forward(message, upstream(), transport);
    if (answer.elsewhere === undefined) return renderAnswer(query, answer, transport);
    const more = await follow(query, answer.elsewhere, upstream());
    return renderAnswer(query, { ...answer, answers: [...answer.answers, ...more], authority: [] }, transport);
  } catch {
    return fail("serverFailure");
  }
}

/** What the outside says of the name that a Service stands for. */
async function follow({ id, type }: Query, name: string, servers: readonly string[]): Promise<ResourceRecord[]> {
  const header = Buffer.from([id >> 8, id & 255, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  const question = Buffer.concat([header, encodeName(name), Buffer.from([type >> 8, type & 255, 0, 1])]);
  return parseAddresses(await forward(question, servers, "udp"));
}
