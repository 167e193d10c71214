const beyondPrintableAscii = /[^ -~]/;
const attributeName = /^[a-z0-9]+$/;

/** Whether this can name an attribute (CloudEvents 1.0.2, naming conventions); length is not limited. */
export function isAttributeName(name: string): boolean {
  return attributeName.test(name);
}

/**
 * Whether the text is a String of the CloudEvents type system: no control characters, no surrogate without
 * its partner, no noncharacters. The empty text is one.
 */
export function isAttributeText(text: string): boolean {
  return !beyondPrintableAscii.test(text) || !hasRefusedCharacter(text);
}

function hasRefusedCharacter(text: string): boolean {
  if (!text.isWellFormed()) {
    return true;
  }
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    if (isControl(point) || isNoncharacter(point)) {
      return true;
    }
  }
  return false;
}

function isControl(point: number): boolean {
  return point < 0x20 || (point >= 0x7f && point <= 0x9f);
}

function isNoncharacter(point: number): boolean {
  return (point & 0xfffe) === 0xfffe || (point >= 0xfdd0 && point <= 0xfdef);
}
