/** The events of a watch, with their objects as a conversion webhook converts them. */
import { LineSplitter } from "../../api/line-splitter.ts";
import { exactJson, parseExactJson } from "../../api/machinery/json/exact-json.ts";
import type { KubeObject } from "../../api/machinery/meta.ts";
import { isHeartbeat } from "../../api/watch-heartbeat.ts";
import { ApiError } from "../api-error.ts";

interface WatchEvent {
  readonly type: string;
  readonly object: KubeObject;
}

/** A client that would miss an event because its object cannot be converted is told so in the last one. */
export function convertedEvents(
  convert: (object: KubeObject) => Promise<KubeObject>,
): TransformStream<Uint8Array, Uint8Array> {
  const encoder = new TextEncoder();
  const splitter = new LineSplitter(new TextDecoder());
  const converted = async (line: string): Promise<string> => {
    const event = parseExactJson(line) as WatchEvent;
    if (event.type === "ERROR" || event.type === "BOOKMARK") return line;
    return exactJson({ ...event, object: await convert(event.object) });
  };
  return new TransformStream({
    async transform(chunk, controller) {
      if (isHeartbeat(chunk, splitter)) return controller.enqueue(chunk);
      try {
        for (const line of splitter.push(chunk)) controller.enqueue(encoder.encode(`${await converted(line)}\n`));
      } catch (problem) {
        if (!(problem instanceof ApiError)) throw problem;
        controller.enqueue(encoder.encode(`${JSON.stringify({ type: "ERROR", object: problem.status })}\n`));
        controller.terminate();
      }
    },
  });
}
