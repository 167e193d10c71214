const functionsAndWords =
  /\b(and|or|unless|bool|offset|by|without|on|ignoring|group_left|group_right|inf|nan)\b/gi;

/**
 * The names of the series that a PromQL query asks for. Reads what our queries are written in: strings, matchers and
 * ranges are cut out, then the lists of labels, then what is called as a function; names are left.
 */
export function seriesIn(query: string): readonly string[] {
  const bare = query
    .replace(/"[^"]*"/g, '')
    .replace(/\{[^}]*\}/g, '')
    .replace(/\[[^\]]*\]/g, '')
    .replace(/\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, ' ')
    .replace(/\b[a-z_]\w*\s*(?=\()/g, ' ')
    .replace(functionsAndWords, ' ')
    .replace(/\$\w+/g, ' ');
  return [...new Set(bare.match(/(?<![\w:.])[a-zA-Z_:][\w:]*/g) ?? [])];
}

/** The labels that a query picks series by, each with the series. */
export function matchersIn(query: string): readonly { readonly series: string; readonly label: string }[] {
  return [...query.matchAll(/([a-zA-Z_:][\w:]*)\{([^}]*)\}/g)].flatMap(([, series = '', matchers = '']) =>
    [...matchers.replace(/"[^"]*"/g, '""').matchAll(/([a-zA-Z_]\w*)\s*[=!]/g)].map(([, label = '']) => ({
      series,
      label,
    })),
  );
}
