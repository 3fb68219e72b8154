/**
 * The macros and their expansions: has, all, exists, exists_one, map, filter, those with two variables, sortBy, optMap,
 * cel.bind.
 */

import type { Call, Expr } from "./ast.ts";
import { SyntaxProblem } from "./issue.ts";

export const ACCU = "@result";

interface Macro {
  /** Whether it is called on a target, as in `list.all(…)`. */
  readonly isMember: boolean;
  readonly argumentCounts: readonly number[];
  /** Undefined only for calls of another form than the two members above allow. */
  readonly expand: (call: Call) => Expr | undefined;
}

/** The expansion of a call, or undefined if it is not a macro. */
export function expandMacro(call: Call, binds: boolean): Expr | undefined {
  if (binds && call.name === "bind" && call.target?.kind === "ident" && call.target.name === "cel") return bind(call);
  const macro = MACROS.get(call.name);
  if (!macro || macro.isMember !== (call.target !== undefined) || !macro.argumentCounts.includes(call.args.length))
    return undefined;
  return macro.expand(call);
}

const fail = (at: number, message: string): never => {
  throw new SyntaxProblem({ at, message });
};

const bool = (value: boolean, at: number): Expr => ({ kind: "literal", value, type: "bool", at });
const int = (value: bigint, at: number): Expr => ({ kind: "literal", value, type: "int", at });
const ident = (name: string, at: number): Expr => ({ kind: "ident", name, at });
const call = (name: string, at: number, ...args: Expr[]): Expr => ({ kind: "call", name, args, at });
const list = (at: number, ...elements: Expr[]): Expr => ({ kind: "list", elements, optional: new Set(), at });

interface Loop {
  readonly init: Expr;
  readonly condition?: Expr;
  readonly step: Expr;
  readonly result?: Expr;
}

function has({ args, at }: Call): Expr {
  const [arg] = args;
  if (arg?.kind === "select") return { ...arg, testOnly: true, at };
  return fail(arg?.at ?? at, "invalid argument to has() macro");
}

function variable(arg: Expr | undefined, at: number): string {
  if (arg?.kind !== "ident") return fail(arg?.at ?? at, "argument must be a simple name");
  if (arg.name === ACCU) fail(arg.at, "iteration variable overwrites accumulator variable");
  return arg.name;
}

/** The arguments of a macro after its variables. */
interface LoopBody {
  /** The first variable, as an expression. */
  readonly item: Expr;
  /** Before the last argument, if the macro allows it. */
  readonly filter: Expr | undefined;
  readonly body: Expr;
  readonly at: number;
}

/** `target.macro(v, [v2,] [filter,] body)`. */
function loop({ target, args, at }: Call, variables: 1 | 2, loopOf: (parts: LoopBody) => Loop): Expr | undefined {
  const [item, second] = args;
  const body = args.at(-1);
  if (!target || !item || !body) return undefined;
  const iterVar = variable(item, at);
  const iterVar2 = variables === 2 ? variable(second, at) : undefined;
  if (iterVar2 === iterVar) fail(second?.at ?? at, `duplicate variable name: ${iterVar}`);
  const filter = args.length > variables + 1 ? args[variables] : undefined;
  const { init, condition, step, result } = loopOf({ item, filter, body, at });
  return {
    kind: "comprehension",
    range: target,
    iterVar,
    ...(iterVar2 === undefined ? {} : { iterVar2 }),
    accuVar: ACCU,
    accuInit: init,
    condition: condition ?? bool(true, at),
    step,
    result: result ?? ident(ACCU, at),
    at,
  };
}

/** Of macros without a filter. */
const variablesOf = ({ args }: Call): 1 | 2 => (args.length === 3 ? 2 : 1);

const all = (of: Call) =>
  loop(of, variablesOf(of), ({ body, at }) => ({
    init: bool(true, at),
    condition: call("@not_strictly_false", at, ident(ACCU, at)),
    step: { kind: "logical", operator: "&&", left: ident(ACCU, at), right: body, at },
  }));

const exists = (of: Call) =>
  loop(of, variablesOf(of), ({ body, at }) => ({
    init: bool(false, at),
    condition: call("@not_strictly_false", at, call("!_", at, ident(ACCU, at))),
    step: { kind: "logical", operator: "||", left: ident(ACCU, at), right: body, at },
  }));

const existsOne = (of: Call) =>
  loop(of, variablesOf(of), ({ body, at }) => ({
    init: int(0n, at),
    step: stepIf(body, call("_+_", at, ident(ACCU, at), int(1n, at)), at),
    result: call("_==_", at, ident(ACCU, at), int(1n, at)),
  }));

/** The step of a loop that passes over items which do not match. */
const stepIf = (filter: Expr | undefined, next: Expr, at: number): Expr =>
  filter ? { kind: "conditional", condition: filter, yes: next, no: ident(ACCU, at), at } : next;

const mapTo = (variables: 1 | 2) => (of: Call) =>
  loop(of, variables, ({ filter, body, at }) => ({
    init: list(at),
    step: stepIf(filter, call("_+_", at, ident(ACCU, at), list(at, body)), at),
  }));

const filter = (of: Call) =>
  loop(of, 1, ({ item, body, at }) => ({
    init: list(at),
    step: stepIf(body, call("_+_", at, ident(ACCU, at), list(at, item)), at),
  }));

/** `transformMap(k, v, [filter,] value)`: adds one entry to the map per iteration. */
const transformMap = (of: Call) =>
  loop(of, 2, ({ item, filter, body, at }) => ({
    init: { kind: "map", entries: [], at },
    step: stepIf(filter, call("cel.@mapInsert", at, ident(ACCU, at), item, body), at),
  }));

/** Here the body yields the entry. */
const transformMapEntry = (of: Call) =>
  loop(of, 2, ({ filter, body, at }) => ({
    init: { kind: "map", entries: [], at },
    step: stepIf(filter, call("cel.@mapInsert", at, ident(ACCU, at), body), at),
  }));

interface Binding {
  readonly name: string;
  readonly value: Expr;
  readonly body: Expr;
  readonly at: number;
}

/** Binds a value to a name: a loop over nothing whose result sees it. */
const boundTo = ({ name, value, body, at }: Binding): Expr => ({
  kind: "comprehension",
  range: list(at),
  iterVar: "#unused",
  accuVar: name,
  accuInit: value,
  condition: bool(false, at),
  step: ident(name, at),
  result: body,
  at,
});

function bind({ args, at }: Call): Expr | undefined {
  const [name, value, body, ...rest] = args;
  if (!value || !body || rest.length > 0) return undefined;
  return boundTo({ name: variable(name, at), value, body, at });
}

/** `o.optMap(v, e)` is e applied to o's value, if there is one. */
const optMap = (of: Call) => optFlatMap(of, (body) => call("optional.of", of.at, body));

/** Here e itself yields an optional. */
function optFlatMap({ target, args, at }: Call, some = (body: Expr): Expr => body): Expr | undefined {
  const [variableName, mapped] = args;
  if (!target || !mapped) return undefined;
  const name = variable(variableName, at);
  const value: Expr = { kind: "call", name: "value", target, args: [], at };
  const body = boundTo({ name, value, body: mapped, at });
  const condition: Expr = { kind: "call", name: "hasValue", target, args: [], at };
  return { kind: "conditional", condition, yes: some(body), no: call("optional.none", at), at };
}

const SORTED = "@__sortBy_input__";

/** `l.sortBy(v, key)`: computes the list once, and sorts it by its items' keys. */
function sortBy(of: Call): Expr | undefined {
  const { target, at } = of;
  const input = ident(SORTED, at);
  const keys = mapTo(1)({ ...of, target: input });
  if (!target || !keys) return undefined;
  const sorted: Expr = { kind: "call", name: "@sortByAssociatedKeys", target: input, args: [keys], at };
  return boundTo({ name: SORTED, value: target, body: sorted, at });
}

const MACROS: ReadonlyMap<string, Macro> = new Map(
  Object.entries({
    has: { isMember: false, argumentCounts: [1], expand: has },
    all: { isMember: true, argumentCounts: [2, 3], expand: all },
    exists: { isMember: true, argumentCounts: [2, 3], expand: exists },
    exists_one: { isMember: true, argumentCounts: [2, 3], expand: existsOne },
    existsOne: { isMember: true, argumentCounts: [3], expand: existsOne },
    map: { isMember: true, argumentCounts: [2, 3], expand: mapTo(1) },
    filter: { isMember: true, argumentCounts: [2], expand: filter },
    sortBy: { isMember: true, argumentCounts: [2], expand: sortBy },
    transformList: { isMember: true, argumentCounts: [3, 4], expand: mapTo(2) },
    transformMap: { isMember: true, argumentCounts: [3, 4], expand: transformMap },
    transformMapEntry: { isMember: true, argumentCounts: [3, 4], expand: transformMapEntry },
    optMap: { isMember: true, argumentCounts: [2], expand: optMap },
    optFlatMap: { isMember: true, argumentCounts: [2], expand: (of: Call) => optFlatMap(of) },
  }),
);
