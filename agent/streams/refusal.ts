/** Why a stream is refused. */
import { dialProblem } from "../../api/machinery/network/dial-problem.ts";
import type { NodeResponse } from "../../api/node/node-sync.ts";

export class Refusal extends Error {
  readonly response: NodeResponse;
  constructor(code: number, reason: string, message: string) {
    super(message);
    this.response = { code, reason, message };
  }
}

export const responseOf = (error: unknown): NodeResponse =>
  error instanceof Refusal
    ? error.response
    : { code: 500, reason: "InternalError", message: dialProblem(error as Error) };
