/** A link of a page to a file of the checkout or to a heading. */
export interface Link {
  readonly path: string;
  readonly anchor: string | undefined;
}

/** The links of a page, but those to other hosts. */
export function linksOf(markdown: string): Link[] {
  const prose = markdown.replace(/^( *)(`{3,})[^]*?^\1\2$/gm, '');
  return [...prose.matchAll(/\]\((?![a-z]+:)([^)#\s]*)(?:#([^)\s]+))?\)/g)].map(([, path = '', anchor]) => ({
    path,
    anchor,
  }));
}

/** The anchors that GitHub gives to a page's headings. */
export function anchorsOf(markdown: string): Set<string> {
  const prose = markdown.replace(/^( *)(`{3,})[^]*?^\1\2$/gm, '');
  const anchors = new Set<string>();
  for (const [, heading = ''] of prose.matchAll(/^#{1,6} +(.+?) *$/gm)) {
    const anchor = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/ /g, '-');
    let free = anchor;
    for (let count = 1; anchors.has(free); count += 1) free = `${anchor}-${count}`;
    anchors.add(free);
  }
  return anchors;
}
