const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as it may stand in a page, in an element or in a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

/** A cell of a table: a number stands to the right, a text to the left. */
export type Cell = string | number;

/** A table of plain text; the first column names its row. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const headCells = head.map((text) => `<th scope="col">${escapeHtml(text)}</th>`).join('');
  const body = rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('\n');
  return `<div class="scroll"><table><thead><tr>${headCells}</tr></thead>\n<tbody>${body}</tbody></table></div>`;
}

function cell(value: Cell, column: number): string {
  const text = escapeHtml(String(value));
  return column === 0 ? `<th scope="row">${text}</th>` : `<td>${text}</td>`;
}

/** A heading, a sentence on how to read what follows, and that. */
export function section(title: string, lead: string, ...parts: readonly string[]): string {
  return `<section><h2>${escapeHtml(title)}</h2>\n<p>${escapeHtml(lead)}</p>\n${parts.join('\n')}</section>`;
}

/** A plot and what it shows in words. `svg` is trusted. */
export function figure(svg: string, label: string): string {
  return `<figure role="img" aria-label="${escapeHtml(label)}">${svg}</figure>`;
}

/** A plot with its table beside it, or below where the page is narrow. */
export function beside(svg: string, label: string, ...tables: readonly string[]): string {
  return `<div class="beside">${figure(svg, label)}<div>${tables.join('\n')}</div></div>`;
}
