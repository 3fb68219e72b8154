/** A pod that has ended stays so. */
import { about, type Rule } from "../history.ts";
import { hasEnded } from "../pods.ts";

export const phases = (): Rule =>
  about("pods", function* ({ type, object, previous }) {
    if (type !== "MODIFIED" || !previous || !hasEnded(previous)) return;
    // A node that lost its containers' state says at first that they failed.
    const isGuess = object.status.containerStatuses?.some(
      ({ state, lastState }) => (state?.terminated ?? lastState?.terminated)?.reason === "ContainerStatusUnknown",
    );
    if (object.status.phase !== previous.status.phase && !isGuess)
      yield `its phase was ${previous.status.phase}, and is ${object.status.phase}`;
  });
