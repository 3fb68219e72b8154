/**
 * authorizer: may the user do this? (apiserver pkg/cel/library/authz.go). The caller of the evaluation provides the
 * decision.
 */
import type { Declaration } from "../declaration.ts";
import { Opaque } from "../values/values.ts";

export interface AuthorizerCheck {
  readonly path?: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly verb: string;
  /** A subject other than the request's user: `system:serviceaccount:NS:NAME`. */
  readonly serviceAccount?: { readonly namespace: string; readonly name: string };
}

export type Decide = (check: AuthorizerCheck) => { readonly allowed: boolean; readonly reason: string };

const EMPTY: AuthorizerCheck = { group: "", resource: "", subresource: "", namespace: "", name: "", verb: "" };

class Subject extends Opaque {
  readonly typeName: string;
  constructor(
    typeName: string,
    readonly decide: Decide,
    readonly check: AuthorizerCheck,
  ) {
    super();
    this.typeName = typeName;
  }
  equals(other: Opaque): boolean {
    return other === this;
  }
  with(typeName: string, more: Partial<AuthorizerCheck>): Subject {
    return new Subject(typeName, this.decide, { ...this.check, ...more });
  }
}

class DecisionValue extends Opaque {
  readonly typeName = "kubernetes.authorization.Decision";
  constructor(
    readonly allowed: boolean,
    readonly reason: string,
  ) {
    super();
  }
  equals(other: Opaque): boolean {
    return other === this;
  }
}

const P = "kubernetes.authorization.";
const [AUTHORIZER, PATH, GROUP, RESOURCE] = [`${P}Authorizer`, `${P}PathCheck`, `${P}GroupCheck`, `${P}ResourceCheck`];

export const authorizerValue = (decide: Decide): Opaque => new Subject(AUTHORIZER, decide, EMPTY);

/** `authorizer.requestResource`: the check for the request's own resource. */
export const requestResourceValue = (decide: Decide, check: Partial<AuthorizerCheck>): Opaque =>
  new Subject(RESOURCE, decide, { ...EMPTY, ...check });

const decided = (subject: Subject, verb: string) => {
  const { allowed, reason } = subject.decide({ ...subject.check, verb });
  return new DecisionValue(allowed, reason);
};

export const authorizers: readonly Declaration[] = [
  [`${AUTHORIZER}.path(string) -> ${PATH}`, (subject: Subject, path: string) => subject.with(PATH, { path })],
  [`${AUTHORIZER}.group(string) -> ${GROUP}`, (subject: Subject, group: string) => subject.with(GROUP, { group })],
  [
    `${AUTHORIZER}.serviceAccount(string, string) -> ${AUTHORIZER}`,
    (subject: Subject, namespace: string, name: string) =>
      subject.with(AUTHORIZER, { serviceAccount: { namespace, name } }),
  ],
  [
    `${GROUP}.resource(string) -> ${RESOURCE}`,
    (subject: Subject, resource: string) => subject.with(RESOURCE, { resource }),
  ],
  [
    `${RESOURCE}.subresource(string) -> ${RESOURCE}`,
    (subject: Subject, subresource: string) => subject.with(RESOURCE, { subresource }),
  ],
  [
    `${RESOURCE}.namespace(string) -> ${RESOURCE}`,
    (subject: Subject, namespace: string) => subject.with(RESOURCE, { namespace }),
  ],
  [`${RESOURCE}.name(string) -> ${RESOURCE}`, (subject: Subject, name: string) => subject.with(RESOURCE, { name })],
  // Roles have no selectors: permission for all objects implies permission for some.
  [`${RESOURCE}.fieldSelector(string) -> ${RESOURCE}`, (subject: Subject) => subject],
  [`${RESOURCE}.labelSelector(string) -> ${RESOURCE}`, (subject: Subject) => subject],
  [`${PATH}.check(string) -> ${P}Decision`, decided, "authorize"],
  [`${RESOURCE}.check(string) -> ${P}Decision`, decided, "authorize"],
  [`${P}Decision.allowed() -> bool`, ({ allowed }: DecisionValue) => allowed],
  [`${P}Decision.reason() -> string`, ({ reason }: DecisionValue) => reason],
  [`${P}Decision.errored() -> bool`, () => false],
  [`${P}Decision.error() -> string`, () => ""],
];
