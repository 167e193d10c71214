import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';

/** What Node takes for a look-up of a name, when its addresses are known. */
export function alreadyResolved(addresses: readonly LookupAddress[]): LookupFunction {
  return (_host, { all }, callback) => {
    const [first] = addresses;
    if (all === true) callback(null, [...addresses]);
    else if (first !== undefined) callback(null, first.address, first.family);
    else callback(Object.assign(new Error('no address'), { code: 'ENOTFOUND' }), '');
  };
}
