import { generateCommand } from './generated-file.ts';

/** The first line of every generated page. */
export const generatedNotice = `<!-- Made by \`${generateCommand}\` from the code; edit that instead. -->`;

/** A table of plain text; cells may hold inline Markdown but no line breaks. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return [header, header.map(() => '---'), ...rows].map(tableRow).join('\n');
}

function tableRow(cells: readonly string[]): string {
  return `| ${cells.map(escapeCell).join(' | ')} |`;
}

/** A bare pipe would end the cell, also inside code. */
function escapeCell(cell: string): string {
  return cell.replaceAll('|', String.raw`\|`).replaceAll('\n', ' ');
}

/** Inline code. */
export function code(text: string): string {
  return `\`${text}\``;
}

/** Blocks of a page, one blank line apart. */
export function page(...blocks: readonly string[]): string {
  return `${[generatedNotice, ...blocks].join('\n\n')}\n`;
}
