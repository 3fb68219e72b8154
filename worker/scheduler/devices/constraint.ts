/** Constraints over all devices of a claim: an attribute must be equal, or distinct. */
import type { DeviceAttribute, DeviceConstraint } from "../../../api/generated/resource.v1.ts";
import { type Choice, isMeant } from "./allocation.ts";
import type { Offer } from "./pools.ts";

/** Whether one more device is compatible with those chosen so far. */
export function mayJoin(choice: Choice, chosen: readonly Choice[], constraints: readonly DeviceConstraint[]): boolean {
  return constraints.every(({ requests = [], matchAttribute, distinctAttribute }) => {
    const concerns = ({ request }: Choice) => requests.length === 0 || isMeant(request, requests);
    if (!concerns(choice)) return true;
    const name = matchAttribute ?? distinctAttribute;
    if (name === undefined) return false;
    const own = attributeOf(choice.offer, name);
    if (own === undefined) return false;
    const others = chosen.filter(concerns).map(({ offer }) => attributeOf(offer, name));
    return matchAttribute === undefined ? !others.includes(own) : others.every((other) => other === own);
  });
}

/** The attribute's value as text; a name without a domain is in the driver's. */
function attributeOf({ device, pool: { driver } }: Offer, name: string): string | undefined {
  const attributes: Readonly<Record<string, DeviceAttribute>> = device.attributes ?? {};
  const slash = name.indexOf("/");
  const found = attributes[name] ?? (name.slice(0, slash) === driver ? attributes[name.slice(slash + 1)] : undefined);
  return found && JSON.stringify(found);
}
