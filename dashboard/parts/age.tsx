import { ageOf, agesAt } from "../../api/machinery/time/duration.ts";
import { now } from "../now.ts";

/** An age in Kubernetes' short form, which advances while it is displayed. */
export const Age = ({ of }: { readonly of: string | undefined }) => (
  <time dateTime={of ?? ""} title={of ? new Date(of).toLocaleString() : ""}>
    {ageOf(of, agesAt(now.value))}
  </time>
);
