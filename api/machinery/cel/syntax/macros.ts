/**
 * The macros and their expansions: has, all, exists, exists_one, map, filter, those with two variables, sortBy, optMap,
 * cel.bind.
 */

import type { Call, Expr } from "./ast.ts";
import { SyntaxProblem } from "./issue.ts";

export const ACCU = "@result";

type Macro = {
  readonly receiver: boolean;
  readonly counts: readonly number[];
  readonly expand: (call: Call) => Expr | undefined;
};

/** The expansion of a call, or undefined if it is not a macro. */
export function expandMacro(call: Call, binds: boolean): Expr | undefined {
  if (
    binds &&
    call.name === "bind" &&
    call.target?.kind === "ident" &&
    call.target.name === "cel" &&
    call.args.length === 3
  )
    return bind(call);
  const macro = MACROS[call.name];
  if (!macro || macro.receiver !== (call.target !== undefined) || !macro.counts.includes(call.args.length))
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
  if (arg.name === ACCU) fail(arg.at, `iteration variable overwrites accumulator variable`);
  return arg.name;
}

/** A macro with one or two variables, followed by the bodies. */
function loop(of: Call, variables: 1 | 2, make: (bodies: readonly Expr[], at: number) => Loop): Expr {
  const { target, args, at } = of;
  const iterVar = variable(args[0], at);
  const iterVar2 = variables === 2 ? variable(args[1], at) : undefined;
  if (iterVar2 === iterVar) fail(args[1]?.at ?? at, `duplicate variable name: ${iterVar}`);
  const { init, condition, step, result } = make(args.slice(variables), at);
  return {
    kind: "comprehension",
    range: target as Expr,
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

/** Of those that have one body. */
const variablesOf = ({ args }: Call): 1 | 2 => (args.length === 3 ? 2 : 1);

const all = (of: Call) =>
  loop(of, variablesOf(of), ([body], at) => ({
    init: bool(true, at),
    condition: call("@not_strictly_false", at, ident(ACCU, at)),
    step: call("_&&_", at, ident(ACCU, at), body as Expr),
  }));

const exists = (of: Call) =>
  loop(of, variablesOf(of), ([body], at) => ({
    init: bool(false, at),
    condition: call("@not_strictly_false", at, call("!_", at, ident(ACCU, at))),
    step: call("_||_", at, ident(ACCU, at), body as Expr),
  }));

const existsOne = (of: Call) =>
  loop(of, variablesOf(of), ([body], at) => ({
    init: int(0n, at),
    step: call("_?_:_", at, body as Expr, call("_+_", at, ident(ACCU, at), int(1n, at)), ident(ACCU, at)),
    result: call("_==_", at, ident(ACCU, at), int(1n, at)),
  }));

const mapTo = (variables: 1 | 2) => (of: Call) =>
  loop(of, variables, (bodies, at) => {
    const body = bodies.at(-1) as Expr;
    const added = call("_+_", at, ident(ACCU, at), list(at, body));
    return {
      init: list(at),
      step: bodies.length === 2 ? call("_?_:_", at, bodies[0] as Expr, added, ident(ACCU, at)) : added,
    };
  });

const filter = (of: Call) =>
  loop(of, 1, ([body], at) => ({
    init: list(at),
    step: call(
      "_?_:_",
      at,
      body as Expr,
      call("_+_", at, ident(ACCU, at), list(at, of.args[0] as Expr)),
      ident(ACCU, at),
    ),
  }));

/** `transformMap(k, v, [filter,] value)`: adds one entry to the map per iteration. */
const transformMap = (of: Call) =>
  loop(of, 2, (bodies, at) => {
    const added = call("cel.@mapInsert", at, ident(ACCU, at), of.args[0] as Expr, bodies.at(-1) as Expr);
    return {
      init: { kind: "map", entries: [], at },
      step: bodies.length === 2 ? call("_?_:_", at, bodies[0] as Expr, added, ident(ACCU, at)) : added,
    };
  });

const transformMapEntry = (of: Call) =>
  loop(of, 2, (bodies, at) => {
    const added = call("cel.@mapInsert", at, ident(ACCU, at), bodies.at(-1) as Expr);
    return {
      init: { kind: "map", entries: [], at },
      step: bodies.length === 2 ? call("_?_:_", at, bodies[0] as Expr, added, ident(ACCU, at)) : added,
    };
  });

/** Binds a value to a name: a loop over nothing whose result sees it. */
const boundTo = (name: string, value: Expr, body: Expr, at: number): Expr => ({
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

const bind = ({ args, at }: Call): Expr => boundTo(variable(args[0], at), args[1] as Expr, args[2] as Expr, at);

/** `o.optMap(v, e)` is e applied to o's value, if there is one. */
const optMap = (of: Call) => optFlatMap(of, (body) => ({ kind: "call", name: "optional.of", args: [body], at: of.at }));

/** Here e itself yields an optional. */
function optFlatMap(of: Call, some = (body: Expr): Expr => body): Expr {
  const { target, args, at } = of;
  const name = variable(args[0], at);
  const value: Expr = { kind: "call", name: "value", target: target as Expr, args: [], at };
  const body = boundTo(name, value, args[1] as Expr, at);
  const isThere: Expr = { kind: "call", name: "hasValue", target: target as Expr, args: [], at };
  return call("_?_:_", at, isThere, some(body), { kind: "call", name: "optional.none", args: [], at });
}

const SORTED = "@__sortBy_input__";

/** `l.sortBy(v, key)`: computes the list once, and sorts it by its items' keys. */
function sortBy(of: Call): Expr {
  const { target, args, at } = of;
  const input = ident(SORTED, at);
  const keys = mapTo(1)({ ...of, target: input, args });
  const sorted: Expr = { kind: "call", name: "@sortByAssociatedKeys", target: input, args: [keys], at };
  return boundTo(SORTED, target as Expr, sorted, at);
}

const MACROS: Readonly<Record<string, Macro | undefined>> = Object.assign(
  Object.create(null) as Record<string, Macro>,
  {
    has: { receiver: false, counts: [1], expand: has },
    all: { receiver: true, counts: [2, 3], expand: all },
    exists: { receiver: true, counts: [2, 3], expand: exists },
    exists_one: { receiver: true, counts: [2, 3], expand: existsOne },
    existsOne: { receiver: true, counts: [3], expand: existsOne },
    map: { receiver: true, counts: [2, 3], expand: mapTo(1) },
    filter: { receiver: true, counts: [2], expand: filter },
    sortBy: { receiver: true, counts: [2], expand: sortBy },
    transformList: { receiver: true, counts: [3, 4], expand: mapTo(2) },
    transformMap: { receiver: true, counts: [3, 4], expand: transformMap },
    transformMapEntry: { receiver: true, counts: [3, 4], expand: transformMapEntry },
    optMap: { receiver: true, counts: [2], expand: optMap },
    optFlatMap: { receiver: true, counts: [2], expand: (of: Call) => optFlatMap(of) },
  } satisfies Record<string, Macro>,
);
