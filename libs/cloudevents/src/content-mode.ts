import { essenceOf } from './media-type.ts';

/** How an HTTP request carries its event, as far as its Content-Type tells. */
export type ContentMode = 'binary' | 'structured' | 'batch' | 'unsupported';

const family = 'application/cloudevents';

/**
 * The content mode that a Content-Type announces (HTTP binding 3). Case and parameters do not matter; every
 * other type that starts with `application/cloudevents` is an event format that is not taken.
 */
export function contentModeOf(contentType: string | undefined): ContentMode {
  const essence = contentType === undefined ? '' : essenceOf(contentType);
  if (!essence.startsWith(family)) {
    return 'binary';
  }
  switch (essence.slice(family.length)) {
    case '+json':
      return 'structured';
    case '-batch+json':
      return 'batch';
    default:
      return 'unsupported';
  }
}
