import { decodeBase64 } from './base64.ts';
import { takeText, type Attributes } from './event-from-attributes.ts';
import type { SpecVersion } from './cloud-event.ts';
import { invalidAttribute, invalidData } from './refusals.ts';

/**
 * Whether the data of a 0.3 event is base64 text. Takes `datacontentencoding` out of the attributes: the event
 * holds the decoded bytes, so keeping it would be a lie. In 1.0 that name is an extension and stays.
 */
export function takeBase64Mark(attributes: Attributes, specversion: SpecVersion): boolean {
  const encoding = specversion === '0.3' ? takeText(attributes, 'datacontentencoding') : undefined;
  if (encoding !== undefined && encoding.toLowerCase() !== 'base64') {
    throw invalidAttribute('datacontentencoding', 'notBase64Encoding');
  }
  return encoding !== undefined;
}

/** The bytes behind base64 text; throws `InvalidData` when it is not strict base64. */
export function base64Data(text: string): Buffer {
  const bytes = decodeBase64(text);
  if (bytes === undefined) {
    throw invalidData('dataNotBase64');
  }
  return bytes;
}
