/** What a limit range refuses, worded as in plugin/pkg/admission/limitranger. */
import type { LimitRange, LimitRangeItem, PersistentVolumeClaim, Pod } from "../../../../api/generated/core.v1.ts";
import {
  canonicalQuantity,
  compareQuantities,
  quantityOf,
  signOfQuantity,
} from "../../../../api/machinery/quantity.ts";
import { requestedAmounts } from "../../../controllers/quota/pod-usage.ts";

type Amounts = Readonly<Record<string, string>>;

interface RequestedResources {
  readonly requests: Amounts;
  readonly limits: Amounts;
}

const amounts = (list: object | undefined): Amounts => (list ?? {}) as Amounts;
const sortedBounds = (list: object | undefined) => Object.entries(amounts(list)).sort(([a], [b]) => (a < b ? -1 : 1));

export function podProblems(pod: Pod, { spec: { limits = [] } }: LimitRange): string[] {
  return limits.flatMap((item) => {
    if (item.type === "Container") {
      return [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].flatMap(({ resources }) =>
        problemsOf(item, { requests: amounts(resources?.requests), limits: amounts(resources?.limits) }),
      );
    }
    if (item.type !== "Pod") return [];
    return problemsOf(item, { requests: requestedAmounts(pod, "requests"), limits: requestedAmounts(pod, "limits") });
  });
}

export function claimProblems(claim: PersistentVolumeClaim, { spec: { limits = [] } }: LimitRange): string[] {
  const requests = amounts(claim.spec.resources?.requests);
  return limits
    .filter(({ type }) => type === "PersistentVolumeClaim")
    .flatMap(({ type, min, max }) => [
      ...sortedBounds(min).flatMap(([name, bound]) => belowMinimum({ type, name, bound }, { requests, limits: {} })),
      ...sortedBounds(max).flatMap(([name, bound]) => {
        const is = `maximum ${name} usage per ${type} is ${canonicalQuantity(bound)}`;
        const request = requests[name];
        if (request === undefined) return `${is}.  No request is specified`;
        return exceeds(request, bound) ? `${is}, but request is ${canonicalQuantity(request)}` : [];
      }),
    ]);
}

function problemsOf({ type, min, max, maxLimitRequestRatio }: LimitRangeItem, request: RequestedResources): string[] {
  return [
    ...sortedBounds(min).flatMap(([name, bound]) => belowMinimum({ type, name, bound }, request)),
    ...sortedBounds(max).flatMap(([name, bound]) => aboveMaximum({ type, name, bound }, request)),
    ...sortedBounds(maxLimitRequestRatio).flatMap(([name, bound]) => aboveRatio({ type, name, bound }, request)),
  ];
}

interface Bound {
  readonly type: string;
  readonly name: string;
  readonly bound: string;
}

const exceeds = (amount: string, bound: string) => compareQuantities(amount, bound) > 0;

function belowMinimum({ type, name, bound }: Bound, { requests, limits }: RequestedResources): string[] {
  const is = `minimum ${name} usage per ${type} is ${canonicalQuantity(bound)}`;
  const [request, limit] = [requests[name], limits[name]];
  if (request === undefined) return [`${is}.  No request is specified`];
  if (exceeds(bound, request)) return [`${is}, but request is ${canonicalQuantity(request)}`];
  return limit !== undefined && exceeds(bound, limit) ? [`${is}, but limit is ${canonicalQuantity(limit)}`] : [];
}

function aboveMaximum({ type, name, bound }: Bound, { requests, limits }: RequestedResources): string[] {
  const is = `maximum ${name} usage per ${type} is ${canonicalQuantity(bound)}`;
  const [request, limit] = [requests[name], limits[name]];
  if (limit === undefined) return [`${is}.  No limit is specified`];
  if (exceeds(limit, bound)) return [`${is}, but limit is ${canonicalQuantity(limit)}`];
  return request !== undefined && exceeds(request, bound)
    ? [`${is}, but request is ${canonicalQuantity(request)}`]
    : [];
}

function aboveRatio({ type, name, bound }: Bound, { requests, limits }: RequestedResources): string[] {
  const is = `${name} max limit to request ratio per ${type} is ${canonicalQuantity(bound)}`;
  const [request, limit] = [requests[name], limits[name]];
  if (request === undefined || signOfQuantity(request) === 0) {
    return [`${is}, but no request is specified or request is 0`];
  }
  if (limit === undefined || signOfQuantity(limit) === 0) return [`${is}, but no limit is specified or limit is 0`];
  const ratio = Number(quantityOf(limit).nanos) / Number(quantityOf(request).nanos);
  const most = Number(quantityOf(bound).nanos) / 1e9;
  return ratio > most ? [`${is}, but provided ratio is ${ratio.toFixed(6)}`] : [];
}
