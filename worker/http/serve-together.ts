/** Requests that the control plane makes of its own API, several in one call: each is decided as if it had come alone. */
import type { Answered, Asked } from "../../api/asked.ts";
import { clusterBase } from "../cluster.ts";
import type { Env } from "../env.ts";
import { app } from "./app.ts";

export interface Together {
  readonly cluster: string;
  readonly asked: readonly Asked[];
}

/** Answers in the order of the requests. */
export function serveTogether(
  { cluster, asked }: Together,
  env: Env,
  execution: ExecutionContext,
): Promise<readonly Answered[]> {
  const base = clusterBase(cluster);
  const serve = async ({ path, ...request }: Asked): Promise<Answered> => {
    const answer = await app.fetch(new Request(`${base}${path}`, request), env, execution);
    return { code: answer.status, body: await answer.text() };
  };
  return Promise.all(asked.map(serve));
}
