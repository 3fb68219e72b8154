interface ContainerChoiceProps {
  readonly containers: readonly string[];
  readonly chosen: string;
  readonly choose: (container: string) => void;
}

/** The option that selects every container. */
export const ALL_CONTAINERS = "All containers";

/** Selects the container that a tab shows. */
export const ContainerChoice = ({ containers, chosen, choose }: ContainerChoiceProps) => (
  <label>
    Container{" "}
    <select value={chosen} onChange={(event) => choose(event.currentTarget.value)}>
      {containers.map((each) => (
        <option key={each} value={each}>
          {each}
        </option>
      ))}
    </select>
  </label>
);
