import { isUtf8 } from 'node:buffer';
import type { CloudEvent } from './cloud-event.ts';
import { isOneJsonValue, maxDataDepth } from './json-scan.ts';
import { declaresJson, essenceOf, parametersOf } from './media-type.ts';

/** Go compares the type by its letters, Java in addition refuses white space before the parameters. */
const jsonAsReadersSpellIt = /^(?:application|text)\/json(?:;|$)/;

/** The type of JSON data whose event names none (JSON format 3.1.2). */
export const impliedType = 'application/json';

/** How a payload is written into a JSON event: not at all, spliced, as a string, or encoded. */
export type DataForm = 'none' | 'json' | 'text' | 'base64';

/**
 * The one form in which every SDK reads this payload back as these bytes.
 *
 * - `json` for exactly one JSON value under `application/json` or `text/json`, in lower case, and for one that came
 *   as a JSON member without a type. Under any other spelling and under `+json` types the Go and Java SDKs expect a
 *   string and refuse the event.
 * - `text` for UTF-8 under a text or XML type. Never without a type: a string would then be a JSON string.
 * - `base64` for the rest: bytes without a type, which readers would take for JSON (and some of them would change or
 *   refuse); bytes that only claim to be JSON, which could end the object and forge attributes.
 */
export function dataFormOf({ data, datacontenttype, isImpliedJson }: CloudEvent): DataForm {
  if (data === undefined) {
    return 'none';
  }
  const form = declaredForm(datacontenttype ?? (isImpliedJson && impliedType));
  if (form === 'base64' || !isUtf8(data)) {
    return 'base64';
  }
  return form === 'json' && !isOneJsonValue(data, maxDataDepth) ? 'base64' : form;
}

function declaredForm(contentType: string | undefined): Exclude<DataForm, 'none'> {
  if (contentType === undefined) {
    return 'base64';
  }
  if (contentType === impliedType) {
    return 'json';
  }
  if (declaresJson(contentType)) {
    return jsonAsReadersSpellIt.test(contentType) && isPlainOrUtf8(contentType) ? 'json' : 'base64';
  }
  return isTextual(essenceOf(contentType)) && isReadAsUtf8(contentType) ? 'text' : 'base64';
}

function isTextual(essence: string): boolean {
  return essence.startsWith('text/') || essence === 'application/xml' || essence.endsWith('+xml');
}

function isPlainOrUtf8(contentType: string): boolean {
  const parameters = parametersOf(contentType);
  return parameters?.size === 0 || (parameters?.size === 1 && isUtf8Charset(parameters.get('charset')));
}

/** Other parameters may stay; another charset means that a reader may not take the string for UTF-8. */
function isReadAsUtf8(contentType: string): boolean {
  const parameters = parametersOf(contentType);
  return parameters !== undefined && (!parameters.has('charset') || isUtf8Charset(parameters.get('charset')));
}

function isUtf8Charset(charset: string | undefined): boolean {
  return charset?.toLowerCase() === 'utf-8';
}
