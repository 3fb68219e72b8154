/** Why a container that should run does not: the reasons of `state.waiting`. */
export interface Waiting {
  readonly reason: string;
  readonly message: string;
}
