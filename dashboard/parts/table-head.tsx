/** The titles of a small table's columns; "" for one of buttons. */
export const TableHead = ({ titles }: { readonly titles: readonly string[] }) => (
  <thead>
    <tr>
      {titles.map((title) =>
        title === "" ? (
          <td key={title} />
        ) : (
          <th key={title} scope="col">
            {title}
          </th>
        ),
      )}
    </tr>
  </thead>
);
