interface ContainerChoiceProps {
  readonly containers: readonly string[];
  readonly chosen: string;
  readonly choose: (container: string) => void;
}

/** Chosen for no single one. */
export const ALL_CONTAINERS = "All containers";

/** Which of a pod's containers a tab is about. */
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
