import { ageOf, agesAt } from "../../api/machinery/time/duration.ts";
import { now } from "../now.ts";

/** Kubernetes' short age, which grows while it is looked at. */
export const Age = ({ of }: { readonly of: string | undefined }) => (
  <time dateTime={of ?? ""} title={of ? new Date(of).toLocaleString() : ""}>
    {ageOf(of, agesAt(now.value))}
  </time>
);
