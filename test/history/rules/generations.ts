/** A generation counts the changes of what is wanted, and not those of what is reported. */
import { isDeepStrictEqual } from "node:util";
import type { Rule } from "../history.ts";
import { writtenBy } from "../written-by.ts";

export const generations = (): Rule =>
  function* (moment) {
    const { object, previous } = moment;
    const { generation } = object.metadata;
    const before = previous?.metadata.generation;
    if (generation === undefined || before === undefined) return;
    const { operation, subresource } = writtenBy(moment) ?? {};
    if (operation === "UPDATE" && subresource === "status" && generation !== before)
      yield `its status alone changed, and its generation from ${before} to ${generation}`;
    const specOf = (each: unknown) => (each as { spec?: object }).spec;
    // A pod's generation does not count its binding.
    if (subresource !== "binding" && generation === before && !isDeepStrictEqual(specOf(object), specOf(previous)))
      yield "its spec changed, and its generation did not";
  };
